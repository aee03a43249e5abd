/*
 * Sets of cells of the thumbnail: one byte a cell, rows from the top, 1 where a cell belongs to the set.
 */
import type { Size } from '../../frames/frame';

/** Number of the cells that are marked. */
export function countOf(cells: Uint8Array): number {
  return cells.reduce((marked, cell) => marked + cell, 0);
}

/** Share of the cells that are marked; 0 if there are no cells. */
export function shareOf(cells: Uint8Array, among = cells.length): number {
  return among === 0 ? 0 : countOf(cells) / among;
}

export interface Cell {
  readonly x: number;
  readonly y: number;
}

/**
 * Splits a set into connected pieces.
 * @param reach cells at most this far apart, in both directions, belong together
 */
export function piecesOf(cells: Uint8Array, { width, height }: Size, reach: number): Cell[][] {
  const left = Uint8Array.from(cells);
  const pieces: Cell[][] = [];
  for (let start = left.indexOf(1); start >= 0; start = left.indexOf(1, start + 1)) {
    left[start] = 0;
    const piece: Cell[] = [{ x: start % width, y: Math.floor(start / width) }];
    // The list grows while it is walked.
    for (const { x, y } of piece)
      for (let row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row += 1)
        for (let column = Math.max(0, x - reach); column <= Math.min(width - 1, x + reach); column += 1) {
          const index = row * width + column;
          if (left[index] === 0) continue;
          left[index] = 0;
          piece.push({ x: column, y: row });
        }
    pieces.push(piece);
  }
  return pieces;
}

/** Splits a piece by a grid, so that no part is larger than a square of `side` cells. */
export function tilesOf(piece: readonly Cell[], side: number): Cell[][] {
  const columns = Math.min(...piece.map(({ x }) => x));
  const rows = Math.min(...piece.map(({ y }) => y));
  const tiles = new Map<string, Cell[]>();
  for (const cell of piece) {
    const key = `${Math.floor((cell.x - columns) / side)},${Math.floor((cell.y - rows) / side)}`;
    tiles.set(key, [...(tiles.get(key) ?? []), cell]);
  }
  return [...tiles.values()];
}
