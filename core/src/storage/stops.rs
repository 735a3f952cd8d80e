//! For simulations only: the process "dies" at a chosen step of its storage.
//!
//! A storage that died fails from that step on, and all that it would have done is not done; opening the folder anew, as
//! the app's next start does, makes one that lives.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

use rusqlite::ffi;

/// The folders in which a stop was asked for.
static FOLDERS: LazyLock<Mutex<HashMap<PathBuf, Folder>>> = LazyLock::new(Mutex::default);

/// No stop was asked for so far: a step then costs one read.
static QUIET: AtomicBool = AtomicBool::new(true);

#[derive(Default)]
struct Folder {
    /// How many steps are left, where it is to stop.
    left: Option<u32>,
    /// How many storages were opened on it.
    opened: u64,
    /// The storages up to this one are dead.
    dead: u64,
}

/// One storage, from its opening on.
pub(super) struct Life {
    folder: PathBuf,
    number: u64,
}

impl Life {
    /// The storage of `folder` is opened.
    pub(super) fn new(folder: &Path) -> Self {
        let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
        let of_folder = folders.entry(folder.to_owned()).or_default();
        of_folder.opened += 1;
        Self { folder: folder.to_owned(), number: of_folder.opened }
    }

    /// A step at which a process may die.
    ///
    /// # Errors
    /// Here, and ever after, where it does.
    pub(super) fn step(&self) -> rusqlite::Result<()> {
        if QUIET.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(folder) = folders.get_mut(&self.folder) else { return Ok(()) };
        if self.number > folder.dead {
            match folder.left.as_mut() {
                None => return Ok(()),
                Some(left) if *left > 1 => {
                    *left -= 1;
                    return Ok(());
                }
                Some(_) => {
                    folder.left = None;
                    folder.dead = folder.opened;
                }
            }
        }
        Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR), Some("stopped".to_owned())))
    }
}

/// The storage that was opened last on the folder of this file: who connects or migrates is that one.
pub(super) fn newest(file: &Path) -> Life {
    let folder = file.parent().unwrap_or(file).to_owned();
    let folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
    let number = folders.get(&folder).map_or(0, |of_folder| of_folder.opened);
    Life { folder, number }
}

/// Whatever storage takes the `steps`-th step in `folder` from now on dies there, and with it all that are open; 0: none.
pub fn stop_after(folder: &Path, steps: u32) {
    let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
    folders.entry(folder.to_owned()).or_default().left = (steps > 0).then_some(steps);
    QUIET.store(false, Ordering::Relaxed);
}
