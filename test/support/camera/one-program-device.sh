#!/bin/bash
# Stands in for ffmpeg and ffprobe, by the name under which it is linked into the first directory of PATH: a V4L2
# device is a test picture that one program at a time can open. Everything else goes to the real one.
arguments=()
while (($#)); do
  case $1 in
    v4l2) arguments+=(lavfi) ;;
    -framerate | -video_size) shift ;;
    /dev/video*)
      exec 9>"$(dirname "$0")/lock"
      flock --nonblock 9 || { echo "$1: Device or resource busy" >&2; exit 1; }
      arguments+=(testsrc2=size=320x180:rate=15,realtime)
      ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
PATH=${PATH#*:} exec "$(basename "$0")" "${arguments[@]}"
