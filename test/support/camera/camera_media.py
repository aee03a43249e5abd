"""What the scripted camera sends: streams and sound, cut into what RTP carries. Standard library only."""

import base64
import math
import re
import struct

VIDEO_RATE = 90_000
VIDEO_TYPE, JPEG_TYPE, AAC_TYPE, ALAW_TYPE, UNKNOWN_TYPE = 96, 26, 97, 8, 98
MAX_PAYLOAD = 1400
ALAW_RATE, ALAW_PACKET = 8000, 160
# G.711 A-law of -0.25, 0.25 and silence: 500 Hz for a tenth of a second, at the start of each second.
ALAW_SECOND = (b"\xb5" * 8 + b"\x35" * 8) * 50 + b"\xd5" * 7200


class Jpeg:
    """Motion JPEG with the default Huffman tables, sent as RFC 2435 says."""

    payload_type = JPEG_TYPE

    def split(self, data):
        return [[start + image] for start in [b"\xff\xd8\xff"] for image in data.split(start)[1:]]

    def is_key(self, unit):
        return True

    def pieces(self, image):
        """A picture as RTP payloads: its scan in pieces, the first one behind the quantisation tables (3.1)."""
        tables, frame, scan = self.segments(image)
        height, width = struct.unpack(">HH", frame[1:5])
        # Type 0 is 4:2:2 and 1 is 4:2:0; quality 255 means that the tables are in the stream.
        kind = bytes([frame[7] == 0x22, 255, width // 8, height // 8])
        quantisation = struct.pack(">BBH", 0, 0, 128) + tables[0] + tables[-1]
        starts = range(0, len(scan), MAX_PAYLOAD)
        return [
            struct.pack(">I", at) + kind + (b"" if at else quantisation) + scan[at : at + MAX_PAYLOAD] for at in starts
        ]

    def segments(self, image):
        """Quantisation tables, frame header and scan (ITU-T T.81, annex B)."""
        tables, frame, at = [], b"", 2
        while True:
            marker, length = struct.unpack(">xBH", image[at : at + 4])
            content, at = image[at + 4 : at + 2 + length], at + 2 + length
            if marker == 0xDB:
                tables += [content[i + 1 : i + 65] for i in range(0, len(content), 65)]
            elif marker == 0xC0:
                frame = content
            elif marker == 0xDA:
                return tables, frame, image[at : image.rindex(b"\xff\xd9")]

    def sdp(self, video, parameters):
        return [f"m=video 0 RTP/AVP {JPEG_TYPE}"]


class Codec:
    """What the camera has to know of a bit stream: NAL unit types of ITU-T H.264 table 7-1 and H.265 table 7-1."""

    payload_type = VIDEO_TYPE

    def __init__(self, name):
        self.name = name
        h264 = name == "h264"
        self.delimiter = 9 if h264 else 35
        self.parameters = (7, 8) if h264 else (32, 33, 34)
        self.key_types = {5} if h264 else set(range(16, 22))

    def type_of(self, nal):
        return nal[0] & 31 if self.name == "h264" else nal[0] >> 1 & 63

    def is_key(self, unit):
        return any(self.type_of(nal) in self.key_types for nal in unit)

    def pieces(self, nal):
        """A NAL unit as RTP payloads: whole, or as fragmentation units (RFC 6184, 5.8; RFC 7798, 4.4.3)."""
        if len(nal) <= MAX_PAYLOAD:
            return [nal]
        kind = self.type_of(nal)
        if self.name == "h264":
            head, body = bytes([nal[0] & 0xE0 | 28]), nal[1:]
        else:
            head, body = bytes([nal[0] & 0x81 | 49 << 1, nal[1]]), nal[2:]
        size = MAX_PAYLOAD - len(head) - 1
        starts = range(0, len(body), size)
        return [
            head + bytes([(at == 0) << 7 | (at + size >= len(body)) << 6 | kind]) + body[at : at + size]
            for at in starts
        ]

    def split(self, data):
        units = []
        for nal in re.split(b"\x00*\x00\x00\x01", data)[1:]:
            if self.type_of(nal) == self.delimiter:
                units.append([])
            else:
                units[-1].append(nal.rstrip(b"\x00"))
        return units

    def parameter(self, video, kind):
        nal = next(nal for nal in video.units[0] if self.type_of(nal) == kind)
        return base64.b64encode(nal).decode()

    def sdp(self, video, parameters):
        sets = [self.parameter(video, kind) for kind in self.parameters] if parameters else []
        if self.name == "h264":
            name, fmtp = "H264", "packetization-mode=1"
            fmtp += f";sprop-parameter-sets={','.join(sets)}" if sets else ""
        else:
            name, fmtp = "H265", ";".join(f"sprop-{key}={s}" for key, s in zip(("vps", "sps", "pps"), sets))
        lines = [f"m=video 0 RTP/AVP {VIDEO_TYPE}", f"a=rtpmap:{VIDEO_TYPE} {name}/{VIDEO_RATE}"]
        return lines + ([f"a=fmtp:{VIDEO_TYPE} {fmtp}"] if fmtp else [])


class Video:
    """The access units of a stream, in the order of decoding, and the place of each in the order of showing."""

    def __init__(self, path, codec):
        self.codec = Jpeg() if codec == "mjpeg" else Codec(codec)
        with open(path, "rb") as file:
            self.units = self.codec.split(file.read())
        with open(path + ".order", encoding="ascii") as file:
            self.order = [int(line) for line in file]
        # An encoder sends a picture when all that are decoded before it have been taken.
        self.reorder = max(shown - at for at, shown in enumerate(self.order))

    def sdp(self, parameters):
        return self.codec.sdp(self, parameters)


class Alaw:
    rate, samples, payload_type = ALAW_RATE, ALAW_PACKET, ALAW_TYPE

    def packet(self, number):
        start = number * ALAW_PACKET % ALAW_RATE
        return ALAW_SECOND[start : start + ALAW_PACKET]

    def sdp(self):
        return [f"m=audio 0 RTP/AVP {ALAW_TYPE}", f"a=rtpmap:{ALAW_TYPE} PCMA/{ALAW_RATE}"]


class Aac:
    """Frames of an ADTS file (ISO/IEC 13818-7, 6.2), sent as RFC 3640 says."""

    RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
    samples, payload_type = 1024, AAC_TYPE

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        profile, index = data[2] >> 6, data[2] >> 2 & 15
        channels = (data[2] & 1) << 2 | data[3] >> 6
        self.rate, self.channels = self.RATES[index], channels
        # AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1).
        self.config = f"{profile + 1 << 11 | index << 7 | channels << 3:04x}"
        self.frames = []
        at = 0
        while at + 7 <= len(data):
            length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
            self.frames.append(data[at + (7 if data[at + 1] & 1 else 9) : at + length])
            at += length

    def packet(self, number):
        frame = self.frames[number % len(self.frames)]
        return struct.pack(">HH", 16, len(frame) << 3) + frame

    def sdp(self):
        fmtp = "streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3"
        return [
            f"m=audio 0 RTP/AVP {AAC_TYPE}",
            f"a=rtpmap:{AAC_TYPE} MPEG4-GENERIC/{self.rate}/{self.channels}",
            f"a=fmtp:{AAC_TYPE} {fmtp};config={self.config}",
        ]


class UnknownSound:
    """A codec that no program knows; nothing of it is sent."""

    rate, samples, payload_type = 16000, math.inf, UNKNOWN_TYPE

    def sdp(self):
        return [f"m=audio 0 RTP/AVP {UNKNOWN_TYPE}", f"a=rtpmap:{UNKNOWN_TYPE} X-UNKNOWN/16000"]
