"""What OpenCV itself says, for the tests of the engines.

  opencv_reference.py colours       -> for every colour 0xRRGGBB: one bit red or not, then one byte gray
  opencv_reference.py counts        -> stdin: streams, each four 32-bit numbers (width, height, frames, 1 where a mask
                                       comes first), then the mask's bytes, then bgr24 frames;
                                       stdout: a line "red moving" per frame, -1 for no moving
  opencv_reference.py seed W H      -> stdin: bgr24 frames; stdout: a line "frame type/severity" per event
  opencv_reference.py bench W H M N -> frames per second of one thread over N frames of noise, after M to warm up
"""

import sys
import time

import cv2
import numpy


def red_mask(frame):
    hsv = cv2.cvtColor(frame, cv2.COLOR_BGR2HSV)
    return cv2.inRange(hsv, (0, 70, 50), (10, 255, 255)) | cv2.inRange(hsv, (170, 70, 50), (180, 255, 255))


def colours():
    frame = numpy.zeros((4096, 4096, 4), numpy.uint8)
    frame.view("<u4")[:, :, 0] = numpy.arange(1 << 24, dtype=numpy.uint32).reshape(4096, 4096)
    frame = numpy.ascontiguousarray(frame[:, :, :3])
    sys.stdout.buffer.write(numpy.packbits(red_mask(frame) > 0, bitorder="little").tobytes())
    sys.stdout.buffer.write(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY).tobytes())


def measure(frame, before, mask=None):
    def count(picture):
        return cv2.countNonZero(picture if mask is None else picture & mask)

    smoothed = cv2.GaussianBlur(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    moving = -1
    if before is not None:
        _, moved = cv2.threshold(cv2.absdiff(before, smoothed), 25, 255, cv2.THRESH_BINARY)
        moving = count(moved)
    return count(red_mask(frame)), moving, smoothed


def measured(width, height):
    before = None
    while data := sys.stdin.buffer.read(width * height * 3):
        frame = numpy.frombuffer(data, numpy.uint8).reshape(height, width, 3)
        red, moving, before = measure(frame, before)
        yield red, moving


def counts():
    while header := sys.stdin.buffer.read(16):
        width, height, frames, has_mask = map(int, numpy.frombuffer(header, "<u4"))

        def read(shape):
            return numpy.frombuffer(sys.stdin.buffer.read(int(numpy.prod(shape))), numpy.uint8).reshape(shape)

        mask = read((height, width)) if has_mask else None
        before = None
        for _ in range(frames):
            red, moving, before = measure(read((height, width, 3)), before, mask)
            print(red, moving)


def seed(width, height):
    """The seed's detector_stub.py, written from its description."""
    pixels = width * height
    fire = still = 0
    for number, (red, moving) in enumerate(measured(width, height), 1):
        fire = fire + 1 if red / pixels > 0.20 else max(0, fire - 1)
        if fire >= 10:
            print(number, "fire/high")
            fire = 0
        if moving >= 0:
            still = still + 1 if moving / pixels < 0.005 else 0
        if still >= 90:
            print(number, "collision/medium")
            still = 0


def bench(width, height, warm_up, number):
    cv2.setNumThreads(1)
    random = numpy.random.default_rng(1)
    frames = [random.integers(0, 256, (height, width, 3), numpy.uint8) for _ in range(4)]
    before = None

    def run(count):
        nonlocal before
        for index in range(count):
            *_, before = measure(frames[index % len(frames)], before)

    # The first calls load kernels and fill pools: that is not the speed of a detector that runs for days.
    run(warm_up)
    begin = time.perf_counter()
    run(number)
    print(number / (time.perf_counter() - begin))


command, *numbers = sys.argv[1:]
{"colours": colours, "counts": counts, "seed": seed, "bench": bench}[command](*map(int, numbers))
