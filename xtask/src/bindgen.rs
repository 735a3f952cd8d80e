//! Builds the library as an app would load it, and generates the bindings from it.

use camino::Utf8PathBuf;
use uniffi_bindgen::bindings::{GenerateOptions, TargetLanguage, generate};

use crate::{cargo, root, target};

pub(crate) fn run(options: &[&str]) -> Result<(), String> {
    let mut out = None;
    let mut release = false;
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match (*option, options.as_slice().first()) {
            ("--release", _) => release = true,
            ("--out", Some(folder)) => {
                out = Some(Utf8PathBuf::from(*folder));
                options.next();
            }
            (option, _) => return Err(format!("`{option}` is not understood\n{}", crate::HELP)),
        }
    }
    let library = library(release)?;
    let out = out.map_or_else(|| utf8(target().join("bindings")), Ok)?;
    let names = utf8(root().join("uniffi.toml"))?;
    for (language, folder) in [(TargetLanguage::Kotlin, "kotlin"), (TargetLanguage::Swift, "swift")] {
        let options = GenerateOptions {
            languages: vec![language],
            source: library.clone(),
            out_dir: out.join(folder),
            config_override: Some(names.clone()),
            format: false,
            crate_filter: None,
            metadata_no_deps: false,
        };
        generate(options).map_err(|error| format!("{folder}: {error:#}"))?;
    }
    println!("bindings in {out}");
    Ok(())
}

/// Builds the library for this machine. Gives where it is.
pub(crate) fn library(release: bool) -> Result<Utf8PathBuf, String> {
    // Only here is the library linked as a phone loads it: everyone else's builds are quicker without.
    let mut build = cargo();
    build.args(["rustc", "--locked", "--package", "pocketcard", "--lib", "--crate-type", "cdylib"]);
    if release {
        build.arg("--release");
    }
    if cfg!(target_os = "linux") {
        // As for Android, in .cargo/config.toml: what is checked of those is tried on this one.
        build.args(["--", "-C", "link-arg=-Wl,-z,max-page-size=16384"]);
    }
    if !build.status().map_err(|error| error.to_string())?.success() {
        return Err("the library does not build".to_owned());
    }
    let name = format!("{}pocketcard{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    utf8(target().join(if release { "release" } else { "debug" }).join(name))
}

fn utf8(path: std::path::PathBuf) -> Result<Utf8PathBuf, String> {
    Utf8PathBuf::from_path_buf(path).map_err(|path| format!("not UTF-8: {}", path.display()))
}
