"""What OpenCV itself says, for the tests of the engines.

  opencv_reference.py colours       -> for every colour 0xRRGGBB: one bit red or not, then one byte gray
  opencv_reference.py counts W H    -> stdin: bgr24 frames; stdout: a line "red moving" per frame, -1 for no moving
"""

import sys

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


def counts(width, height):
    before = None
    while data := sys.stdin.buffer.read(width * height * 3):
        frame = numpy.frombuffer(data, numpy.uint8).reshape(height, width, 3)
        smoothed = cv2.GaussianBlur(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), (5, 5), 0)
        moving = -1
        if before is not None:
            _, moved = cv2.threshold(cv2.absdiff(before, smoothed), 25, 255, cv2.THRESH_BINARY)
            moving = cv2.countNonZero(moved)
        before = smoothed
        print(cv2.countNonZero(red_mask(frame)), moving)


if sys.argv[1] == "colours":
    colours()
else:
    counts(int(sys.argv[2]), int(sys.argv[3]))
