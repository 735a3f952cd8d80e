//! The native libraries that an app for Android is packed with: builds ours for the four ABIs, and checks all that lie in
//! `FOLDER/<abi>`, whoever built them.
//!
//! Building needs an NDK and is not exercised where there is none; the check is, with this machine's own library.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use goblin::elf::Elf;
use goblin::elf::header::{EM_386, EM_AARCH64, EM_ARM, EM_X86_64};
use goblin::elf::program_header::PT_LOAD;

use crate::{apple, as_from_outside, bindgen, cargo, root, succeeds, target};

/// Android 8.
const API: u32 = 26;
/// The largest pages that phones have.
const PAGE: u64 = 16 * 1024;
const OURS: &str = "libpocketcard.so";
/// What every phone has, and our library may need.
const SYSTEM: [&str; 4] = ["libc.so", "libm.so", "libdl.so", "liblog.so"];

/// A kind of processor, as Android, rustc, the NDK and ELF name it.
struct Abi {
    name: &'static str,
    target: &'static str,
    clang: &'static str,
    machine: u16,
}

const ABIS: [Abi; 4] = [
    Abi { name: "arm64-v8a", target: "aarch64-linux-android", clang: "aarch64-linux-android", machine: EM_AARCH64 },
    Abi { name: "armeabi-v7a", target: "armv7-linux-androideabi", clang: "armv7a-linux-androideabi", machine: EM_ARM },
    Abi { name: "x86", target: "i686-linux-android", clang: "i686-linux-android", machine: EM_386 },
    Abi { name: "x86_64", target: "x86_64-linux-android", clang: "x86_64-linux-android", machine: EM_X86_64 },
];

pub(crate) fn run(options: &[&str]) -> Result<(), String> {
    match options {
        ["build"] => build(&target().join("jni")),
        ["build", folder] => build(Path::new(folder)),
        ["check", folder] => check(Path::new(folder)),
        ["cross", "check"] => cross("check"),
        ["cross", "ios"] => bindgen::run(&[]).and_then(|()| cross("ios")),
        ["xcframework"] => apple::xcframework(),
        _ => Err(crate::HELP.to_owned()),
    }
}

fn build(folder: &Path) -> Result<(), String> {
    let ndk = ["ANDROID_NDK_HOME", "ANDROID_NDK_ROOT"].iter().find_map(std::env::var_os).map(PathBuf::from);
    let ndk = ndk.ok_or("there is no NDK: set ANDROID_NDK_HOME to the folder of one, r26 or newer")?;
    let tools = tools(&ndk)?;
    for abi in &ABIS {
        let clang = tools.join(format!("{}{API}-clang", abi.clang));
        let variable = abi.target.replace('-', "_");
        let mut build = cargo();
        build
            .args(["rustc", "--locked", "--release", "--package", "pocketcard", "--lib", "--crate-type", "cdylib"])
            .args(["--target", abi.target])
            .env(format!("CARGO_TARGET_{}_LINKER", variable.to_uppercase()), &clang)
            .env(format!("CC_{variable}"), &clang)
            .env(format!("AR_{variable}"), tools.join("llvm-ar"));
        succeeds(&mut build, &format!("{} does not build; is there `rustup target add {}`?", abi.name, abi.target))?;
        let into = folder.join(abi.name);
        std::fs::create_dir_all(&into).map_err(|error| format!("{}: {error}", into.display()))?;
        // What the bindings' generator reads beside the symbols, a phone does not.
        let mut strip = Command::new(tools.join("llvm-strip"));
        strip.arg("--strip-unneeded").arg("-o").arg(into.join(OURS));
        strip.arg(target().join(abi.target).join("release").join(OURS));
        succeeds(&mut strip, &format!("{} is not stripped", abi.name))?;
    }
    check(folder)
}

/// Compiles for phones on a machine that has neither their SDKs nor rustup's targets.
fn cross(what: &str) -> Result<(), String> {
    let mut cross = Command::new(root().join("xtask/cross.sh"));
    succeeds(as_from_outside(&mut cross).arg(what), &format!("`cargo libraries cross {what}` failed"))
}

/// The NDK's compilers for this machine.
fn tools(ndk: &Path) -> Result<PathBuf, String> {
    let prebuilt = ndk.join("toolchains/llvm/prebuilt");
    let hosts = std::fs::read_dir(&prebuilt).map_err(|error| format!("{}: {error}", prebuilt.display()))?;
    let host = hosts.flatten().map(|entry| entry.path()).find(|path| path.is_dir());
    host.map(|host| host.join("bin")).ok_or_else(|| format!("{} is empty", prebuilt.display()))
}

/// Checks what there is in a folder: all problems at once.
fn check(folder: &Path) -> Result<(), String> {
    let like = std::fs::read(bindgen::library(false)?).map_err(|error| error.to_string())?;
    let wanted = Elf::parse(&like).map(|elf| functions(&elf)).map_err(|error| error.to_string())?;
    let mut problems = Vec::new();
    for abi in &ABIS {
        let within = folder.join(abi.name);
        let mut files: Vec<PathBuf> = match std::fs::read_dir(&within) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
            Err(error) => {
                problems.push(format!("{}: {error}", within.display()));
                continue;
            }
        };
        files.retain(|file| file.extension().is_some_and(|extension| extension == "so"));
        files.sort();
        if !files.contains(&within.join(OURS)) {
            problems.push(format!("{}: no {OURS}", within.display()));
        }
        for file in files {
            let bytes = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            let ours = file.file_name().is_some_and(|name| name == OURS);
            let found = problems_of(&bytes, abi.machine, ours.then_some(&wanted), &SYSTEM);
            println!("{}: {} bytes, {}", file.display(), bytes.len(), if found.is_empty() { "good" } else { "bad" });
            problems.extend(found.into_iter().map(|problem| format!("{}: {problem}", file.display())));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

/// What is wrong with a library. `wanted` are the functions that the bindings call, where it is ours.
fn problems_of(bytes: &[u8], machine: u16, wanted: Option<&BTreeSet<String>>, system: &[&str]) -> Vec<String> {
    let elf = match Elf::parse(bytes) {
        Ok(elf) => elf,
        Err(error) => return vec![format!("no ELF file: {error}")],
    };
    let mut problems = Vec::new();
    if elf.header.e_machine != machine {
        problems.push(format!("for another machine ({}, not {machine})", elf.header.e_machine));
    }
    let uneven = elf
        .program_headers
        .iter()
        .filter(|part| part.p_type == PT_LOAD)
        .any(|part| part.p_align < PAGE || part.p_vaddr.wrapping_sub(part.p_offset) % PAGE != 0);
    if uneven {
        problems.push(format!("not aligned to pages of {PAGE} bytes: link with -z max-page-size={PAGE}"));
    }
    if let Some(wanted) = wanted {
        let has = functions(&elf);
        let named = |names: Vec<&String>| names.iter().take(3).map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
        let (missing, other): (Vec<_>, Vec<_>) = (wanted.difference(&has).collect(), has.difference(wanted).collect());
        if !missing.is_empty() {
            problems.push(format!("lacks {} functions that the bindings call: {} …", missing.len(), named(missing)));
        }
        if !other.is_empty() {
            problems.push(format!("shows {} functions that nobody calls: {} …", other.len(), named(other)));
        }
        let foreign: Vec<_> = elf.libraries.iter().filter(|name| !system.contains(name)).copied().collect();
        if !foreign.is_empty() {
            problems.push(format!("needs what phones lack: {}", foreign.join(", ")));
        }
    }
    problems
}

/// The functions that a library shows.
fn functions(elf: &Elf<'_>) -> BTreeSet<String> {
    let shown = elf.dynsyms.iter().filter(|symbol| symbol.is_function() && !symbol.is_import());
    shown.filter_map(|symbol| elf.dynstrtab.get_at(symbol.st_name)).map(str::to_owned).collect()
}

#[cfg(all(test, target_os = "linux"))]
mod libraries_of_this_machine {
    use std::collections::BTreeSet;
    use std::process::Command;

    use goblin::elf::header::{EM_AARCH64, EM_X86_64};

    use super::{PAGE, problems_of};

    const MACHINE: u16 = if cfg!(target_arch = "x86_64") { EM_X86_64 } else { EM_AARCH64 };

    /// What the bindings of these libraries would call.
    fn wanted() -> BTreeSet<String> {
        BTreeSet::from(["ffi_first".to_owned(), "ffi_second".to_owned()])
    }

    /// A library that shows these functions, linked for pages of so many bytes.
    fn library(functions: &[&str], page: u64) -> Vec<u8> {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("pocketcard-libraries-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let lines = functions
            .iter()
            .map(|name| "#[unsafe(no_mangle)] pub extern \"C\" fn @() -> u32 { 1 }\n".replace('@', name));
        let source: String = lines.collect();
        std::fs::write(folder.join("lib.rs"), source).unwrap();
        let library = folder.join("lib.so");
        let built = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
            .args(["--edition", "2024", "--crate-type", "cdylib", "-C", "strip=debuginfo"])
            .args(["-C".to_owned(), format!("link-arg=-Wl,-z,max-page-size={page}"), "-o".to_owned()])
            .arg(&library)
            .arg(folder.join("lib.rs"))
            .status();
        assert!(built.unwrap().success());
        let bytes = std::fs::read(&library).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        bytes
    }

    fn problems(bytes: &[u8], machine: u16) -> Vec<String> {
        // What this machine has, not a phone.
        let system = ["libc.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"];
        problems_of(bytes, machine, Some(&wanted()), &system)
    }

    #[test]
    fn a_good_one_has_no_problem() {
        assert_eq!(problems(&library(&["ffi_first", "ffi_second"], PAGE), MACHINE), Vec::<String>::new());
    }

    #[test]
    fn each_kind_of_bad_one_is_named() {
        let small_pages = problems(&library(&["ffi_first", "ffi_second"], 4096), MACHINE);
        assert!(small_pages.len() == 1 && small_pages[0].contains("16384"), "{small_pages:?}");
        let other_functions = problems(&library(&["ffi_first", "sqlite3_open"], PAGE), MACHINE);
        assert!(
            other_functions[0].contains("lacks 1") && other_functions[0].contains("ffi_second"),
            "{other_functions:?}"
        );
        assert!(
            other_functions[1].contains("shows 1") && other_functions[1].contains("sqlite3_open"),
            "{other_functions:?}"
        );
        let good = library(&["ffi_first", "ffi_second"], PAGE);
        assert_eq!(problems(&good, EM_AARCH64 ^ EM_X86_64 ^ MACHINE).len(), 1, "of another machine");
        let on_a_phone = problems_of(&good, MACHINE, Some(&wanted()), &super::SYSTEM);
        assert!(on_a_phone.len() == 1 && on_a_phone[0].contains("libc.so.6"), "{on_a_phone:?}");
        assert_eq!(problems(b"#!/bin/sh", MACHINE).len(), 1);
        assert_eq!(problems_of(&library(&["any"], PAGE), MACHINE, None, &[]), Vec::<String>::new(), "not ours");
    }
}
