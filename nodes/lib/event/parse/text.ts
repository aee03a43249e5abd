import { codeOf } from '../../errors';

/** The content of a text file. */
interface DecodedText {
  readonly text: string;
  /** Bytes that do not belong to the encoding were replaced by U+FFFD. */
  readonly damaged: boolean;
}

/** What replaces bytes that do not belong to the encoding. */
export const REPLACEMENT = '\ufffd';

/** White space, and what writers that preallocate a file, or end it as CP/M did, leave behind the text. */
const PADDING = /[\p{Cc}\s]/u;

/** `\s` includes the byte order mark. */
const BYTE_ORDER_MARK = /^\s*\ufeff/;

/**
 * Decodes UTF-8 or UTF-16, with or without a byte order mark. A character at the end that is not whole is left out.
 * Without a mark, UTF-16 shows by the zero byte in its first character, which in JSON is always ASCII (RFC 4627,
 * section 3).
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const encoding = encodingOf(bytes);
  const text = decodeStrictly(bytes, encoding) ?? new TextDecoder(encoding).decode(bytes, { stream: true });
  const unpadded = withoutPadding(text.replace(BYTE_ORDER_MARK, ''));
  return { text: unpadded, damaged: unpadded.includes(REPLACEMENT) };
}

/** A loop, since a regular expression would try each run of white space in the text again at each of its characters. */
function withoutPadding(text: string): string {
  let end = text.length;
  while (end > 0 && PADDING.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [first, second] = [bytes.at(0), bytes.at(1)];
  // Neither byte occurs in UTF-8: what begins with one is a byte order mark.
  if (first === 0xff) return 'utf-16le';
  if (first === 0xfe) return 'utf-16be';
  if (first === undefined || second === undefined || (first === 0 && second === 0)) return 'utf-8';
  if (second === 0) return 'utf-16le';
  return first === 0 ? 'utf-16be' : 'utf-8';
}

/** @returns undefined when the bytes are not of the encoding, or end in the middle of a character */
function decodeStrictly(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (codeOf(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA') return undefined;
    throw error;
  }
}
