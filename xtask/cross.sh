#!/usr/bin/env bash
# Compiles the library for Android and iOS on a Debian-like machine with neither SDK:
#   cross.sh check   cargo check for Android and iOS
#   cross.sh ios     static libraries for iPhones and their simulator, held against what an app links
#                    with, and target/cross/PocketcardFFI.xcframework and its zip; wants `cargo bindgen`
# `cargo libraries cross` runs it. Rust with the source of its standard library is Debian sid's, by
# toolchain.sh; C is compiled by zig, from PyPI, which brings headers along. Nothing is installed, and
# all but target/cross is in a cache.
# Environment: CARGO_TARGET_DIR (target), CARGO_HOME, CROSS_SUITE (sid: stable has no Rust new enough),
#   what toolchain.sh reads
set -euo pipefail
{ # bash reads the whole block before it runs it, so the file may change meanwhile
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
tree=$(cd "$here/.." && pwd -P)
package=pocketcard archive=libpocketcard.a module=PocketcardFFI
min_ios=17.0 min_api=26 zig_version=0.17.1 # the least iOS and Android, as in apple.rs and libraries.rs
say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 1; }
usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; }

case ${1:-} in check | ios) what=$1 ;; -h | --help) usage; exit ;; *) usage >&2; exit 2 ;; esac
for tool in apt-get dpkg-deb flock unshare chroot python3; do
  PATH=$PATH:/usr/sbin:/sbin command -v "$tool" > /dev/null || die "no '$tool': this wants Debian or the like"
done
built=$(cd "$tree" && mkdir -p "${CARGO_TARGET_DIR:-target}" && cd "${CARGO_TARGET_DIR:-target}" && pwd -P)
out=$built/cross generated=$built/bindings/swift
export TOOLCHAIN_CACHE=${TOOLCHAIN_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/debian-toolchains}
mkdir -p "$TOOLCHAIN_CACHE" "${CARGO_HOME:-$HOME/.cargo}" "$out"/{bin,proofs,sdk,zig-cache}
TOOLCHAIN_CACHE=$(cd "$TOOLCHAIN_CACHE" && pwd -P) cargo_home=$(cd "${CARGO_HOME:-$HOME/.cargo}" && pwd -P)
zig=$TOOLCHAIN_CACHE/zig-$zig_version/ziglang
if [ "$what" = ios ] && [ ! -f "$generated/$module.h" ]; then die "no $generated/$module.h: run cargo bindgen"; fi

if [ ! -d "$zig" ]; then
  python3 -m pip --version > /dev/null 2>&1 || die "no pip to get zig with: apt-get install python3-pip"
  say "fetching zig $zig_version"
  fresh=$(mktemp -d "$TOOLCHAIN_CACHE/.new-zig-XXXXXX")
  PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1 \
    python3 -m pip install -q --no-deps --target "$fresh" "ziglang==$zig_version" || { rm -rf "$fresh"; die "no zig"; }
  mv -T "$fresh" "${zig%/*}" 2> /dev/null || rm -rf "$fresh" # another run was quicker
fi

in_toolchain() {
  TOOLCHAIN_TREE=$tree "$here/toolchain.sh" --suite "${CROSS_SUITE:-sid}" --path /usr/bin \
    --packages 'rustc cargo rust-src gcc libc6-dev clang lld llvm' \
    --bind "$TOOLCHAIN_CACHE" --bind "$cargo_home" --bind "$built" "$@"
}
compiler() { # NAME FLAGS: a C compiler for one target, which it has from FLAGS, not from what the cc crate says
  cat > "$out/bin/$1.$$" << SCRIPT
#!/bin/sh
for a; do
  shift
  case \$a in
    --target=* | -isysroot | -arch | arm64 | -m*-version-min=* | "$out/sdk") ;;
    *) set -- "\$@" "\$a" ;;
  esac
done
exec "$zig/zig" cc $2 -fno-sanitize=undefined "\$@"
SCRIPT
  chmod +x "$out/bin/$1.$$"; mv "$out/bin/$1.$$" "$out/bin/$1" # whole at any time, for a run beside this one
}
darwin="-isystem '$zig/lib/libc/include/any-darwin-any'"
compiler cc-ios "-target aarch64-ios.$min_ios $darwin"
compiler cc-ios-sim "-target aarch64-ios.$min_ios-simulator $darwin"
compiler cc-android "-target aarch64-linux-musl -D__ANDROID__=1 -D__ANDROID_API__=$min_api" # in place of bionic: to check, not to ship
# fast_qr is made a shared library, too, which nobody loads: it is linked without looking for what the system has.
cat > "$out/bin/ld-ios.$$" << 'SCRIPT'
#!/bin/sh
for a; do
  shift
  case $a in -l*) ;; *) set -- "$@" "$a" ;; esac
done
exec clang -fuse-ld=lld -Wl,-undefined,dynamic_lookup "$@"
SCRIPT
chmod +x "$out/bin/ld-ios.$$"; mv "$out/bin/ld-ios.$$" "$out/bin/ld-ios"
ln -sf /usr/bin/llvm-objcopy "$out/bin/rust-objcopy" # rustc strips with it

# Debian's compiler is a stable one: RUSTC_BOOTSTRAP lets it build a standard library that Debian has for no phone.
cross_cargo() {
  in_toolchain env -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS -u CARGO_BUILD_TARGET -u RUSTC_WORKSPACE_WRAPPER -C "$tree" \
    PATH="$out/bin:/usr/sbin:/usr/bin" CARGO_HOME="$cargo_home" CARGO_TARGET_DIR="$out" RUSTC=/usr/bin/rustc RUSTC_WRAPPER= RUSTC_BOOTSTRAP=1 \
    CARGO_HTTP_CAINFO=/etc/ssl/certs/ca-certificates.crt \
    ZIG_GLOBAL_CACHE_DIR="$out/zig-cache" ZIG_LOCAL_CACHE_DIR="$out/zig-cache" \
    SDKROOT="$out/sdk" IPHONEOS_DEPLOYMENT_TARGET="$min_ios" \
    AR_aarch64_linux_android=llvm-ar CC_aarch64_linux_android="$out/bin/cc-android" \
    AR_aarch64_apple_ios=llvm-ar CC_aarch64_apple_ios="$out/bin/cc-ios" \
    CARGO_TARGET_AARCH64_APPLE_IOS_LINKER="$out/bin/ld-ios" CARGO_TARGET_AARCH64_APPLE_IOS_SIM_LINKER="$out/bin/ld-ios" \
    AR_aarch64_apple_ios_sim=llvm-ar CC_aarch64_apple_ios_sim="$out/bin/cc-ios-sim" \
    cargo "$@" --locked --package "$package" --lib -Zbuild-std=std,panic_unwind
}
check() {
  local target begin
  for target in aarch64-linux-android aarch64-apple-ios; do
    begin=$SECONDS
    cross_cargo check --target "$target"
    say "$target: checked, $((SECONDS - begin)) s"
  done
}
prove() { # TARGET PLATFORM: all is for it, all of it links, nothing is missing, what the bindings call is there
  # shellcheck disable=SC2016
  in_toolchain bash -euo pipefail -c '
    archive=$1 platform=$2 version=$3 system=$4 headers=$5 module=$6 proof=$7
    llvm-objdump --macho --private-headers "$archive" | awk "/^ *platform /{ print \$2 }" | sort | uniq -c > "$proof.platforms"
    awk -v p="${platform/-/}" "\$2 != p { bad = 1 } END { exit bad || !NR }" "$proof.platforms" ||
      { echo "not all for $platform:"; cat "$proof.platforms"; exit 1; }
    ld64.lld -arch arm64 -platform_version "$platform" "$version" "$version" -dylib -all_load -undefined dynamic_lookup \
      -o "$proof.dylib" "$archive"

    # Nothing here lists what Apple'"'"'s frameworks have; their names are told by how they begin.
    llvm-nm -u --format=just-symbols "$proof.dylib" | sort -u > "$proof.undefined"
    grep -oE "[_\$][A-Za-z0-9_\$.]+" "$system" | sort -u > "$proof.system"
    comm -23 "$proof.undefined" "$proof.system" > "$proof.beside"
    odd=$(grep -vE "^_k?(CF|Sec)[A-Z]" "$proof.beside" || :)
    [ -z "$odd" ] || { echo "neither in libSystem nor in the frameworks of the module map:" $odd; exit 1; }

    grep -oE "\<(uniffi|ffi)_[a-z0-9_]+ *\(" "$headers/$module.h" | sed "s/ *($//; s/^/_/" | sort -u > "$proof.wanted"
    llvm-nm --extern-only --defined-only --format=just-symbols "$proof.dylib" | sort -u > "$proof.shown"
    lacks=$(comm -23 "$proof.wanted" "$proof.shown")
    [ -s "$proof.wanted" ] && [ -z "$lacks" ] || { echo "lacks functions that the bindings call:" $lacks; exit 1; }
    echo "$platform: $(awk "{ print \$1 }" "$proof.platforms") objects link, $(wc -l < "$proof.wanted") functions that the bindings call," \
      "$(wc -l < "$proof.undefined") from the system, $(wc -l < "$proof.beside") of them from frameworks"
  ' bash "$out/$1/release/$archive" "$2" "$min_ios" "$zig/lib/libc/darwin/libSystem.tbd" "$generated" "$module" "$out/proofs/$1"
}
ios() {
  local target begin
  for target in aarch64-apple-ios aarch64-apple-ios-sim; do
    begin=$SECONDS
    cross_cargo rustc --release --crate-type staticlib --target "$target"
    say "$target: built, $((SECONDS - begin)) s"
  done
  prove aarch64-apple-ios ios
  prove aarch64-apple-ios-sim ios-simulator
  python3 - "$out" "$archive" "$module" "$generated/$module.h" "$here/$module.modulemap" << 'PYTHON'
import hashlib, pathlib, plistlib, shutil, sys, tempfile, zipfile

out, archive, module, header, module_map = sys.argv[1:]
out = pathlib.Path(out)
with tempfile.TemporaryDirectory(dir=out) as fresh:
    framework = pathlib.Path(fresh, f"{module}.xcframework")
    libraries = []
    for name, target, variant in [
        ("ios-arm64", "aarch64-apple-ios", {}),
        ("ios-arm64-simulator", "aarch64-apple-ios-sim", {"SupportedPlatformVariant": "simulator"}),
    ]:
        # In a folder of their own: Xcode puts the headers of all frameworks into one.
        headers = framework / name / "Headers" / module
        headers.mkdir(parents=True)
        shutil.copyfile(out / target / "release" / archive, framework / name / archive)
        shutil.copyfile(header, headers / f"{module}.h")
        shutil.copyfile(module_map, headers / "module.modulemap")
        libraries.append({
            "BinaryPath": archive, "HeadersPath": "Headers", "LibraryIdentifier": name, "LibraryPath": archive,
            "SupportedArchitectures": ["arm64"], "SupportedPlatform": "ios", **variant,
        })
    about = {"AvailableLibraries": libraries, "CFBundlePackageType": "XFWK", "XCFrameworkFormatVersion": "1.0"}
    (framework / "Info.plist").write_bytes(plistlib.dumps(about))
    zipped = framework.with_suffix(".xcframework.zip")
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(path for path in framework.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(fresh).as_posix(), (1980, 1, 1, 0, 0, 0))  # the same bytes, the same zip
            entry.external_attr, entry.compress_type = 0o100644 << 16, zipfile.ZIP_DEFLATED
            file.writestr(entry, path.read_bytes())
    shutil.rmtree(out / framework.name, ignore_errors=True)
    framework.rename(out / framework.name)
    zipped.rename(out / zipped.name)
zipped = out / zipped.name
checksum = hashlib.sha256(zipped.read_bytes()).hexdigest()  # what SwiftPM asks for beside the address of a zip
pathlib.Path(f"{zipped}.sha256").write_text(f"{checksum}  {zipped.name}\n")
print(f"{zipped}: {zipped.stat().st_size} bytes, checksum {checksum}")
PYTHON
  for target in ios-arm64: ios-arm64-simulator:-simulator; do
    in_toolchain clang -target "arm64-apple-ios$min_ios${target#*:}" -ffreestanding -fsyntax-only -Werror -fmodules \
      -fmodules-cache-path="$out/proofs/modules" -I "$out/$module.xcframework/${target%:*}/Headers" -x objective-c - << APP
@import $module;
int main(void) { return (int)ffi_${package}_uniffi_contract_version(); }
APP
  done
  say "the module $module is found in both"
}
case $what in check) check ;; ios) ios ;; esac
exit
}
