"""A real RTSP camera for tests: GStreamer serves a picture that shows the time of its own capture.

The upper part of the picture is a strip of 2 x 24 black and white cells: 41 bits of Unix time in milliseconds and
7 bits of checksum, most significant bit first. Its sound is a short tone at the beginning of each Unix
second. Takes a JSON object of options on stdin, prints "ready PORT"; see rtsp-server.ts.
"""

import json
import os
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

WIDTH, HEIGHT = 384, 240
CELL, ROWS, COLUMNS = 16, 2, 24
CELL_HEIGHT = 32
GREY = bytes([128])

ENCODERS = {
    "h264": "x264enc threads=1 speed-preset=ultrafast {tune} key-int-max={gop} bframes={b_frames} bitrate={kilobits}"
    " ! video/x-h264,profile=main ! h264parse ! video/x-h264,alignment=au ! rtph264pay name=pay0 pt=96 config-interval=-1",
    "h265": "x265enc speed-preset=ultrafast tune=zerolatency key-int-max={gop} bitrate={kilobits}"
    " ! h265parse ! video/x-h265,alignment=au ! rtph265pay name=pay0 pt=96 config-interval=-1",
}
AUDIO_ENCODERS = {
    "aac": "voaacenc bitrate=64000 ! rtpmp4gpay name=pay1 pt=97",
    "alaw": "alawenc ! rtppcmapay name=pay1 pt=8",
}
AUDIO_RATES = {"aac": 48000, "alaw": 8000}
AUDIO_CHUNKS_PER_SECOND = 50
# Nanoseconds.
SECOND = 1_000_000_000
# A program that is so late was stopped.
STANDSTILL = SECOND


def picture(milliseconds, count, noisy):
    """One I420 frame: the strip above, a bar that moves or noise below."""
    word = milliseconds << 7 | milliseconds % 127
    bits = [word >> shift & 1 for shift in range(ROWS * COLUMNS - 1, -1, -1)]
    luma = bytearray()
    for row in range(ROWS):
        cells = bits[row * COLUMNS : (row + 1) * COLUMNS]
        luma += b"".join((b"\xeb" if bit else b"\x10") * CELL for bit in cells) * CELL_HEIGHT
    left = count * 4 % (WIDTH - 32)
    line = GREY * left + b"\xeb" * 32 + GREY * (WIDTH - 32 - left)
    lines = HEIGHT - ROWS * CELL_HEIGHT
    luma += os.urandom(WIDTH * lines) if noisy else line * lines
    return bytes(luma) + GREY * (WIDTH * HEIGHT // 2)


def second_of_sound(rate):
    """A 500 Hz tone for a tenth of a second, then silence; signed 16-bit."""
    half = rate // 1000
    tone = (b"\x00\x20" * half + b"\x00\xe0" * half) * 50
    return tone + bytes(2 * rate - len(tone))


def sound(second, moment):
    """What is heard from a moment on (Unix time in nanoseconds) for one chunk: each second begins with the tone."""
    rate = len(second) // 2
    start = moment % SECOND * rate // SECOND
    return (second + second)[2 * start : 2 * (start + rate // AUDIO_CHUNKS_PER_SECOND)]


def feed(source, rate, make):
    """Pushes what `make(moment, count)` gives in real time, nothing where it gives None; ends when it is refused.

    What a buffer holds and its time stamp both tell the moment it was due: a busy machine makes this camera slow, not
    wrong. What was due while the program stood still is lost, as with a real one.
    """
    # The pipeline has no time before it plays.
    while source.get_base_time() == 0:
        time.sleep(0.005)
    clock = source.get_clock()
    start, wall = clock.get_time(), time.time_ns() - clock.get_time()
    count, begun = 0, False
    while True:
        due = start + count * SECOND // rate
        late = clock.get_time() - due
        if late > STANDSTILL:
            count += late * rate // SECOND
            continue
        time.sleep(max(0, -late / SECOND))
        data = make(due + wall, count)
        count += 1
        if data is None:
            continue
        buffer = Gst.Buffer.new_wrapped(data)
        buffer.pts, buffer.duration = due - source.get_base_time(), SECOND // rate
        # The first ones may be refused just because the pipeline is not ready yet.
        if source.emit("push-buffer", buffer) == Gst.FlowReturn.OK:
            begun = True
        elif begun:
            return


def launch_line(options):
    # Sources of our own only: a test source can seek, and the server then insists on it.
    source = "appsrc name={} is-live=true format=time caps={} ! queue ! {}"
    fps = options["fps"]
    caps = f"video/x-raw,format=I420,width={WIDTH},height={HEIGHT},framerate={fps}/1"
    encoder = ENCODERS[options["codec"]].format(
        gop=round(options["gopSeconds"] * fps),
        b_frames=options["bFrames"],
        kilobits=options["kilobits"],
        tune="" if options["bFrames"] else "tune=zerolatency",
    )
    line = source.format("video", caps, encoder)
    audio = options["audio"]
    if audio != "none":
        caps = f"audio/x-raw,format=S16LE,layout=interleaved,rate={AUDIO_RATES[audio]},channels=1"
        line += " " + source.format("audio", caps, AUDIO_ENCODERS[audio])
    return f"( {line} )"


def start_feeding(media, options):
    def start(name, *args):
        source = media.get_element().get_by_name(name)
        threading.Thread(target=feed, args=(source, *args), daemon=True).start()

    # Nothing else fills a high bit rate.
    noisy = options["kilobits"] > 1000

    def frame(moment, count):
        dropped = options["uneven"] and count % 7 > 3
        return None if dropped else picture(moment // 1_000_000, count, noisy)

    start("video", options["fps"], frame)
    audio = options["audio"]
    if audio != "none":
        second = second_of_sound(AUDIO_RATES[audio])
        start("audio", AUDIO_CHUNKS_PER_SECOND, lambda moment, _: sound(second, moment))


def protect(server, factory, user, password):
    """Asks for user and password (basic authentication)."""
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "viewer")
    auth = GstRtspServer.RTSPAuth()
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    for permission in ("media.factory.access", "media.factory.construct"):
        permissions.add_permission_for_role("viewer", permission, True)
    factory.set_permissions(permissions)


def end_with_parent():
    """However the test ends, its camera does not outlive it: the pipe is open for as long as the test runs."""
    sys.stdin.read()
    os._exit(0)


def main():
    options = json.loads(sys.stdin.readline())
    threading.Thread(target=end_with_parent, daemon=True).start()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(options["port"]))
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(launch_line(options))
    # One pipeline a client: a shared one that its last client just leaves may be handed to the next, and stand still.
    factory.set_shared(False)

    factory.connect("media-configure", lambda _, media: start_feeding(media, options))
    if options["user"]:
        protect(server, factory, options["user"], options["password"])
    server.get_mount_points().add_factory("/cam", factory)
    if server.attach(None) == 0:
        sys.exit("the port is taken")
    print("ready", server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


main()
