#!/usr/bin/env bash
# Installs OpenCV for the detector's engine "opencv", on Debian or Ubuntu:
#   install-opencv.sh [DIRECTORY]     into DIRECTORY/node_modules; by default into the current directory
# In a Node-RED of your own that is its user directory, usually ~/.node-red. It takes one or two minutes.
#
# The bindings @u4/opencv4nodejs are built against the system's OpenCV, and only the two modules that the detector
# uses: all of them would take more than five minutes and bring in a hundred packages.
set -euo pipefail
directory=${1:-.}
packages=(g++ make python3 libopencv-core-dev libopencv-imgproc-dev)
headers=/usr/include/opencv4

if ! dpkg -s "${packages[@]}" >/dev/null 2>&1; then
  if [ "$(id -u)" != 0 ]; then
    echo "First run: sudo apt-get install --no-install-recommends ${packages[*]}" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update
  apt-get -qq install -y --no-install-recommends "${packages[@]}"
fi

mkdir -p "$directory"
cd "$directory"
# Without one of its own, npm would take the next package above.
[ -e package.json ] || echo '{ "private": true }' >package.json
npm install --ignore-scripts --no-audit --no-fund --loglevel=error @u4/opencv4nodejs@7.1.2
bindings=$PWD/node_modules/@u4/opencv4nodejs

# What the bindings take for the whole of OpenCV: its two modules.
view=$(mktemp -d)
trap 'rm -rf "$view"' EXIT
mkdir -p "$view/opencv4/opencv2" "$view/lib"
ln -s "$headers"/opencv2/* "$view/opencv4/opencv2/"
ln -sf "$(dirname "$(ldconfig -p | awk '/libopencv_core.so /{print $NF; exit}')")"/libopencv_{core,imgproc}.so "$view/lib/"
rm -f "$view/opencv4/opencv2/opencv_modules.hpp"
printf '#define HAVE_OPENCV_CORE\n#define HAVE_OPENCV_IMGPROC\n' >"$view/opencv4/opencv2/opencv_modules.hpp"
sed -i -E '\#"cc/(core/|imgproc/|[A-Za-z0-9]+\.cc)#! { \#"cc/.*\.cc"#d }' "$bindings/binding.gyp"

export OPENCV4NODEJS_DISABLE_AUTOBUILD=1 OPENCV_BIN_DIR=/usr/bin
export OPENCV_INCLUDE_DIR=$view/opencv4 OPENCV_LIB_DIR=$view/lib
# The glue between JavaScript and OpenCV is compiled here, not the work itself: the compiler need not try hard.
export CXXFLAGS='-O1 -w'
# Headers of this Node.js where it brought them along; otherwise node-gyp fetches them.
prefix=$(dirname "$(dirname "$(node -p process.execPath)")")
if [ -e "$prefix/include/node/node.h" ]; then export npm_config_nodedir=$prefix; fi
gyp=$PWD/node_modules/.bin/node-gyp
cd "$bindings"
"$gyp" rebuild --jobs 2 --loglevel=error >/dev/null
node -e "const { cv } = require('$bindings'); console.log('OpenCV', Object.values(cv.version).join('.'), 'is ready.')" | tail -1
