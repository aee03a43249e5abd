"""A live RTSP camera (RFC 2326) that follows a script: H.264, HEVC or Motion JPEG, AAC or G.711, over TCP and UDP.

Needs only the standard library. The first line on stdin is a JSON object of settings (`DEFAULTS` below, explained in
scripted-camera.ts). Each further line changes settings while the camera runs; `"drop": true` in it closes all
connections. The camera ends with its stdin. It prints one JSON object a line: `ready`, each `request`, and each `play`
with the base from which the true time of every picture follows.
"""

import base64
import hashlib
import json
import math
import os
import random
import re
import socket
import socketserver
import struct
import sys
import threading
import time
from types import SimpleNamespace

sys.dont_write_bytecode = True

from camera_media import VIDEO_RATE, Aac, Alaw, UnknownSound, Video  # noqa: E402

DEFAULTS = {
    "host": "127.0.0.1",
    "port": 0,
    # Video: an Annex B stream with access unit delimiters, and beside it, in `.order`, what is shown when.
    "video": "",
    "codec": "h264",
    "fps": 15,
    "first": 0,
    "parametersInSdp": True,
    "joins": "anywhere",
    "age": 0,
    # Sound.
    "audio": "none",
    "audioFile": "",
    "audioSilent": False,
    "audioStartsAfter": 0,
    "audioStopsAfter": math.inf,
    "metadata": False,
    # What its clock does to time stamps and sender reports.
    "drift": 0,
    "jitter": 0,
    "clockJump": None,
    "backStep": None,
    "senderReports": None,
    # What the network does.
    "delay": 0,
    "delayJitter": 0,
    "reorder": 0,
    "holdUp": None,
    # Faults.
    "dropAfter": math.inf,
    "stallAfter": math.inf,
    "stallUntil": math.inf,
    "videoStopsAfter": math.inf,
    "status": "",
    "redirect": "",
    "user": "",
    "password": "",
    "digest": False,
    "noTcp": False,
    "noUdp": False,
}
VIDEO_TRACK, AUDIO_TRACK = 1, 2
METADATA_TYPE = 107
SESSION = "Session: 1;timeout=60"
# Seconds from 1900, where NTP counts from, to 1970.
NTP_EPOCH = 2_208_988_800
# Seconds between two looks at the settings.
TICK = 0.05


def say(kind, **values):
    print(json.dumps({"kind": kind, **values}), flush=True)


class Camera:
    """The settings, what they load, and the moment from which all is counted."""

    def __init__(self, options):
        self.connections = 0
        self.senders = set()
        self.options = {**DEFAULTS}
        self.audio = None
        self.change({"age": 0, **options})

    def change(self, options):
        unknown = options.keys() - DEFAULTS.keys()
        if unknown:
            sys.exit(f"scripted-camera: no such setting: {', '.join(sorted(unknown))}")
        self.options.update(options)
        self.settings = SimpleNamespace(**self.options)
        if "age" in options:
            self.start = time.time() - self.settings.age
        if {"video", "codec"} & options.keys():
            self.video = Video(self.settings.video, self.settings.codec)
        if {"audio", "audioFile"} & options.keys():
            kinds = {"alaw": Alaw, "aac": lambda: Aac(self.settings.audioFile), "unknown": UnknownSound}
            self.audio = kinds.get(self.settings.audio, lambda: None)()
        for sender in list(self.senders):
            sender.settings = self.settings

    def drop(self):
        for sender in list(self.senders):
            sender.close()

    def sdp(self):
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=cam", "c=IN IP4 0.0.0.0", "t=0 0", "a=control:*"]
        lines += ["a=range:npt=now-", *self.video.sdp(self.settings.parametersInSdp), "a=control:track1"]
        if self.audio:
            lines += [*self.audio.sdp(), "a=control:track2"]
        if self.settings.metadata:
            lines += [f"m=application 0 RTP/AVP {METADATA_TYPE}"]
            lines += [f"a=rtpmap:{METADATA_TYPE} vnd.onvif.metadata/90000", "a=control:track3"]
        return "\r\n".join(lines) + "\r\n"


class Channel:
    """Carries one RTP stream (RFC 3550), interleaved in the RTSP connection or by UDP."""

    def __init__(self, write, ssrc):
        self.write, self.ssrc = write, ssrc
        self.sequence, self.packets, self.bytes = random.getrandbits(15), 0, 0
        self.base_stamp = random.getrandbits(31)
        self.last_report = -math.inf

    def packet(self, payload_type, stamp, payload, marker):
        self.sequence = self.sequence + 1 & 0xFFFF
        self.packets, self.bytes = self.packets + 1, self.bytes + len(payload)
        kind = payload_type | marker << 7
        head = struct.pack(">BBHII", 0x80, kind, self.sequence, self.wrapped(stamp), self.ssrc)
        return head + payload

    def send(self, packets):
        for packet in packets:
            self.write(0, packet)

    def report(self, moment, stamp):
        """A sender report: this time stamp was that moment (Unix seconds)."""
        seconds, fraction = divmod(moment + NTP_EPOCH, 1)
        ntp = (int(seconds) & 0xFFFFFFFF, int(fraction * 2**32))
        counts = (self.packets, self.bytes)
        head = (0x80, 200, 6, self.ssrc)
        self.write(1, struct.pack(">BBHIIIIII", *head, *ntp, self.wrapped(stamp), *counts))

    def wrapped(self, stamp):
        return self.base_stamp + stamp & 0xFFFFFFFF


class Sender(threading.Thread):
    """What one connection gets from PLAY on."""

    def __init__(self, camera, connection, channels):
        super().__init__(daemon=True)
        self.camera, self.connection, self.channels = camera, connection, channels
        self.settings, self.video, self.audio = camera.settings, camera.video, camera.audio
        self.began = time.time()
        self.ended = False
        self.base = self.began if self.settings.joins == "start" else camera.start
        self.unit = self.first_unit()
        self.sound = 0 if self.audio is None else self.next_sound()
        self.late_until = 0
        camera.connections += 1
        camera.senders.add(self)
        fps, first = self.settings.fps, self.settings.first
        say("play", connection=camera.connections, base=self.base, fps=fps, first=first, began=self.began)

    def first_unit(self):
        if self.settings.joins == "start":
            return 0
        unit = self.next_unit()
        if self.settings.joins == "keyFrame":
            while not self.video.codec.is_key(self.video.units[unit % len(self.video.units)]):
                unit += 1
        return unit

    def next_unit(self):
        return max(0, math.ceil((time.time() - self.base) * self.settings.fps) - self.video.reorder)

    def next_sound(self):
        return math.ceil((time.time() - self.base) * self.audio.rate / self.audio.samples)

    def run(self):
        try:
            while not self.ended:
                self.step()
        except (OSError, ValueError):
            # The client has gone.
            pass
        finally:
            self.close()

    def close(self):
        self.ended = True
        self.camera.senders.discard(self)
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def step(self):
        """Sends what is due next, or waits a moment."""
        elapsed = time.time() - self.began
        if elapsed > self.settings.dropAfter:
            self.ended = True
        elif self.settings.stallAfter < elapsed < self.settings.stallUntil:
            time.sleep(TICK)
            self.skip_to_now()
        else:
            video, audio = self.video_due(elapsed), self.audio_due(elapsed)
            wait = min(video, audio) - time.time()
            if wait > 0:
                time.sleep(min(wait, TICK))
            elif video <= audio:
                self.send_video()
            else:
                self.send_sound()

    def skip_to_now(self):
        self.unit = max(self.unit, self.next_unit())
        if self.audio:
            self.sound = max(self.sound, self.next_sound())

    def video_due(self, elapsed):
        if VIDEO_TRACK not in self.channels or elapsed > self.settings.videoStopsAfter:
            return math.inf
        due = self.base + (self.unit + self.video.reorder) / self.settings.fps + self.settings.delay
        hold_up = self.settings.holdUp
        if hold_up and 0 < due - self.began - hold_up["at"] < hold_up["seconds"]:
            due = self.began + hold_up["at"] + hold_up["seconds"]
        # Drawn anew for each picture, not for each look.
        noise = random.Random(self.unit).random() * self.settings.delayJitter
        return max(due + noise, self.late_until)

    def audio_due(self, elapsed):
        if AUDIO_TRACK not in self.channels or self.settings.audioSilent or self.audio.samples == math.inf:
            return math.inf
        if elapsed < self.settings.audioStartsAfter:
            self.sound = self.next_sound()
        if elapsed > self.settings.audioStopsAfter:
            return math.inf
        return self.base + self.sound * self.audio.samples / self.audio.rate

    def stamp(self, seconds, rate):
        """The RTP time stamp that the camera's clock gives to a moment (seconds since `base`)."""
        jump = self.settings.clockJump
        if jump and self.base + seconds - self.began > jump["at"]:
            seconds += jump["by"]
        return round(seconds * (1 + self.settings.drift) * rate)

    def send_video(self):
        loop, at = divmod(self.unit, len(self.video.units))
        seconds = (loop * len(self.video.units) + self.video.order[at]) / self.settings.fps
        noise = random.uniform(-1, 1) * self.settings.jitter
        back = self.settings.backStep
        if back and self.unit % back["every"] == 0:
            noise -= back["by"]
        stamp = self.stamp(seconds + noise, VIDEO_RATE)
        channel = self.channels[VIDEO_TRACK]
        self.report(channel, "videoOffset", seconds, stamp)
        pieces = [piece for nal in self.video.units[at] for piece in self.video.codec.pieces(nal)]
        last = len(pieces) - 1
        packets = [channel.packet(self.video.codec.payload_type, stamp, p, i == last) for i, p in enumerate(pieces)]
        if random.random() < self.settings.reorder:
            packets.reverse()
        channel.send(packets)
        self.late_until = time.time()
        self.unit += 1

    def send_sound(self):
        seconds = self.sound * self.audio.samples / self.audio.rate
        stamp = self.stamp(seconds, self.audio.rate)
        channel = self.channels[AUDIO_TRACK]
        self.report(channel, "audioOffset", seconds, stamp)
        channel.send([channel.packet(self.audio.payload_type, stamp, self.audio.packet(self.sound), True)])
        self.sound += 1

    def report(self, channel, offset, seconds, stamp):
        """Sends a sender report when one is due."""
        reports = self.settings.senderReports
        now = time.time()
        if not reports or now - self.began < reports.get("first", 1):
            return
        if now - channel.last_report < reports.get("every", 5):
            return
        channel.last_report = now
        step = reports.get("step")
        offsets = step if step and now - self.began > step["at"] else reports
        channel.report(self.base + seconds + offsets.get(offset, 0), stamp)


class Connection(socketserver.StreamRequestHandler):
    """One RTSP connection."""

    def handle(self):
        self.camera = self.server.camera
        self.lock, self.channels, self.sender = threading.Lock(), {}, None
        try:
            while self.request_handled():
                pass
        finally:
            if self.sender:
                self.sender.close()

    def request_handled(self):
        start = self.rfile.read(1)
        if start == b"$":
            # A receiver report.
            self.rfile.read(struct.unpack(">BH", self.rfile.read(3))[1])
            return True
        line = (start + self.rfile.readline()).decode("latin1").split()
        if len(line) < 2:
            return start != b""
        self.method, self.url, self.headers = line[0], line[1], self.read_headers()
        transport, authorization = self.headers.get("transport", ""), self.headers.get("authorization", "")
        say("request", method=self.method, url=self.url, transport=transport, authorization=authorization)
        if self.admitted():
            {"DESCRIBE": self.describe, "SETUP": self.setup_track, "PLAY": self.play}.get(self.method, self.other)()
        return self.method != "TEARDOWN"

    def read_headers(self):
        headers = {}
        while line := self.rfile.readline().decode("latin1").strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return headers

    def reply(self, status="200 OK", headers=(), body=""):
        lines = [f"RTSP/1.0 {status}", f"CSeq: {self.headers.get('cseq', '1')}", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        with self.lock:
            self.wfile.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())

    def admitted(self):
        """Basic or digest authentication (RFC 2617)."""
        settings = self.camera.settings
        if not settings.user or self.method == "OPTIONS":
            return True
        given = self.headers.get("authorization", "")
        if settings.digest:
            challenge = 'Digest realm="cam", nonce="abc"'
            answer = dict(re.findall(r'(\w+)="([^"]*)"', given))
            md5 = lambda text: hashlib.md5(text.encode()).hexdigest()
            secret = md5(f"{settings.user}:cam:{settings.password}")
            right = answer.get("response") == md5(f"{secret}:abc:{md5(self.method + ':' + answer.get('uri', ''))}")
        else:
            challenge = 'Basic realm="cam"'
            pair = f"{settings.user}:{settings.password}".encode()
            right = given == "Basic " + base64.b64encode(pair).decode()
        if not right:
            self.reply("401 Unauthorized", [f"WWW-Authenticate: {challenge}"])
        return right

    def other(self):
        public = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"
        self.reply(headers=[public if self.method == "OPTIONS" else "Session: 1"])

    def describe(self):
        settings = self.camera.settings
        if settings.redirect:
            self.reply("302 Found", [f"Location: {settings.redirect}"])
        elif settings.status:
            self.reply(settings.status)
        else:
            base = f"Content-Base: {self.url.rstrip('/')}/"
            self.reply(headers=[base, "Content-Type: application/sdp"], body=self.camera.sdp())

    def setup_track(self):
        settings = self.camera.settings
        transport = self.headers.get("transport", "")
        tcp = "TCP" in transport
        if settings.noTcp if tcp else settings.noUdp:
            self.reply("461 Unsupported Transport")
            return
        number = re.search(r"track(\d)/?$", self.url)
        track = int(number[1]) if number else VIDEO_TRACK
        wanted = int(re.search(r"(?:interleaved|client_port)=(\d+)", transport)[1])
        write, answer = self.interleaved(wanted) if tcp else self.datagrams(wanted)
        self.channels[track] = Channel(write, 0x1000 + track)
        self.reply(headers=[f"Transport: {answer}", SESSION])

    def interleaved(self, channel):
        def write(control, data):
            with self.lock:
                self.connection.sendall(struct.pack(">cBH", b"$", channel + control, len(data)) + data)

        return write, f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"

    def datagrams(self, port):
        out = socket.socket(self.server.address_family, socket.SOCK_DGRAM)
        out.bind((self.server.server_address[0], 0))
        own = out.getsockname()[1]

        def write(control, data):
            out.sendto(data, (self.client_address[0], port + control))

        return write, f"RTP/AVP;unicast;client_port={port}-{port + 1};server_port={own}-{own + 1}"

    def play(self):
        self.reply(headers=["Session: 1", "Range: npt=now-"])
        self.sender = Sender(self.camera, self.connection, self.channels)
        self.sender.start()


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, camera):
        settings = camera.settings
        self.camera = camera
        self.address_family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        super().__init__((settings.host, settings.port), Connection)

    def handle_error(self, request, client_address):
        # A client that goes in the middle of a request is no fault of the camera.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def take_orders(camera):
    """Changes settings as stdin says, and ends with it: however a test ends, its camera does not outlive it."""
    for line in sys.stdin:
        order = json.loads(line)
        drop = order.pop("drop", False)
        camera.change(order)
        if drop:
            camera.drop()
        say("changed")
    os._exit(0)


def main():
    camera = Camera(json.loads(sys.stdin.readline()))
    server = Server(camera)
    threading.Thread(target=take_orders, args=(camera,), daemon=True).start()
    say("ready", port=server.server_address[1])
    server.serve_forever()


main()
