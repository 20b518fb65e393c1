//! The disk of [`super::state`] as a VFS of SQLite, registered as this process's default.
//!
//! `unsafe` is allowed in this file alone: SQLite calls a VFS through C function pointers, hands it raw buffers, and
//! wants memory that its connections share. It holds that SQLite passes valid pointers and sizes, calls one file's
//! methods from one thread at a time, and calls nothing of a file after `xClose`. Tests only; no program links it.
#![allow(unsafe_code)]

use std::{
    collections::{BTreeMap, HashMap},
    ffi::{CStr, c_char, c_int, c_void},
    ptr,
    sync::{
        Arc, LazyLock, Mutex, MutexGuard, Once, PoisonError,
        atomic::{self, AtomicU64, Ordering},
    },
};

use rusqlite::ffi;

use super::state::{Call, Dice, Disk, Outcome};

/// A disk and what connections hold of its files.
#[derive(Default)]
struct Mounted {
    disk: Mutex<Disk>,
    shared: Mutex<HashMap<String, Shared>>,
}

/// What connections to one file share.
#[derive(Default)]
struct Shared {
    /// Connections with a lock of any kind.
    readers: u32,
    is_reserved: bool,
    is_exclusive: bool,
    /// Connections that use the index of the write-ahead log.
    mappings: u32,
    regions: Vec<Region>,
    slots: [Slot; ffi::SQLITE_SHM_NLOCK as usize],
}

#[derive(Clone, Copy, Default)]
struct Slot {
    shared: u32,
    is_exclusive: bool,
}

/// Memory that connections share; only ever touched by SQLite, which brings its own locks and barriers.
struct Region(*mut [u64]);

// SAFETY: the pointer is handed to SQLite and freed here once no connection maps it; nothing else reads through it.
unsafe impl Send for Region {}

impl Region {
    fn zeroed(bytes: usize) -> Self {
        Self(Box::into_raw(vec![0_u64; bytes / 8].into_boxed_slice()))
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: made by `Box::into_raw` in `zeroed`, dropped once, unmapped by every connection.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

static DISKS: LazyLock<Mutex<BTreeMap<String, Arc<Mounted>>>> = LazyLock::new(Mutex::default);
static CHANCE: LazyLock<Mutex<Dice>> = LazyLock::new(|| Mutex::new(Dice::new(1)));

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A disk under a name of its own; files on it are called `<name>/<file>`. Gone when dropped.
pub(crate) struct Mount(String, Arc<Mounted>);

impl Mount {
    pub(crate) fn new(disk: Disk) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        register();
        let name = format!("disk-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let mounted = Arc::new(Mounted {
            disk: Mutex::new(disk),
            ..Mounted::default()
        });
        lock(&DISKS).insert(name.clone(), Arc::clone(&mounted));
        Self(name, mounted)
    }

    /// The path of a file on it.
    pub(crate) fn path(&self, file: &str) -> String {
        format!("{}/{file}", self.0)
    }

    /// How many calls have been made of it.
    pub(crate) fn calls(&self) -> u64 {
        self.disk().calls
    }

    /// The disk itself.
    pub(crate) fn disk(&self) -> MutexGuard<'_, Disk> {
        lock(&self.1.disk)
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        lock(&DISKS).remove(&self.0);
    }
}

/// One open file.
struct Handle {
    mounted: Arc<Mounted>,
    name: String,
    level: c_int,
    is_mapped: bool,
    shared: [bool; ffi::SQLITE_SHM_NLOCK as usize],
    exclusive: [bool; ffi::SQLITE_SHM_NLOCK as usize],
}

#[repr(C)]
struct OpenFile {
    base: ffi::sqlite3_file,
    handle: *mut Handle,
}

impl Handle {
    fn call(&self, call: Call, bytes: usize) -> Outcome {
        lock(&self.mounted.disk).call(call, bytes)
    }

    fn fails(&self, call: Call) -> bool {
        !matches!(self.call(call, 0), Outcome::Good)
    }
}

/// # Safety
/// `file` was opened by [`open`] and not closed.
unsafe fn handle<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Handle {
    // SAFETY: `open` put a leaked box there, which only `close` takes back; SQLite uses a file on one thread at a time.
    unsafe { &mut *(*file.cast::<OpenFile>()).handle }
}

/// # Safety
/// `name` is null or a C string.
unsafe fn text(name: *const c_char) -> String {
    if name.is_null() {
        return String::new();
    }
    // SAFETY: not null, so a C string.
    unsafe { CStr::from_ptr(name) }
        .to_string_lossy()
        .into_owned()
}

fn find(path: &str) -> Option<(Arc<Mounted>, String)> {
    let (mount, name) = path.split_once('/')?;
    Some((Arc::clone(lock(&DISKS).get(mount)?), name.to_owned()))
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite passes room for an `OpenFile`; without methods it is not closed.
    unsafe { (*file).pMethods = ptr::null() };
    // SAFETY: a C string or null.
    let Some((mounted, name)) = find(&unsafe { text(name) }) else {
        return ffi::SQLITE_CANTOPEN;
    };
    {
        let mut disk = lock(&mounted.disk);
        if !matches!(disk.call(Call::Open, 0), Outcome::Good) {
            return ffi::SQLITE_CANTOPEN;
        }
        if flags & ffi::SQLITE_OPEN_CREATE != 0 {
            disk.create(&name);
        } else if !disk.files.contains_key(&name) {
            return ffi::SQLITE_CANTOPEN;
        }
    }
    let handle = Box::new(Handle {
        mounted,
        name,
        level: ffi::SQLITE_LOCK_NONE,
        is_mapped: false,
        shared: Default::default(),
        exclusive: Default::default(),
    });
    // SAFETY: room for an `OpenFile` (`szOsFile`), and a valid place for the flags unless null.
    unsafe {
        (*file.cast::<OpenFile>()).handle = Box::into_raw(handle);
        (*file).pMethods = &raw const METHODS;
        if !out_flags.is_null() {
            *out_flags = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: the last call for this file, so the box is taken back once.
    unsafe {
        unlock(file, ffi::SQLITE_LOCK_NONE);
        unmap(file, 0);
        drop(Box::from_raw((*file.cast::<OpenFile>()).handle));
        (*file).pMethods = ptr::null();
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    to: *mut c_void,
    bytes: c_int,
    at: i64,
) -> c_int {
    // SAFETY: an open file, and room for `bytes`.
    let (handle, to) = unsafe {
        let to = std::slice::from_raw_parts_mut(to.cast::<u8>(), bytes.unsigned_abs() as usize);
        (handle(file), to)
    };
    if handle.fails(Call::Read) {
        return ffi::SQLITE_IOERR_READ;
    }
    let disk = lock(&handle.mounted.disk);
    let content = disk
        .files
        .get(&handle.name)
        .map_or(&[][..], |file| &file.visible[..]);
    let from = usize::try_from(at).unwrap_or(usize::MAX).min(content.len());
    let there = &content[from..content.len().min(from + to.len())];
    to[..there.len()].copy_from_slice(there);
    to[there.len()..].fill(0);
    if there.len() < to.len() {
        return ffi::SQLITE_IOERR_SHORT_READ;
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    bytes: c_int,
    at: i64,
) -> c_int {
    // SAFETY: an open file, and `bytes` to be read.
    let (handle, from) = unsafe {
        let from = std::slice::from_raw_parts(from.cast::<u8>(), bytes.unsigned_abs() as usize);
        (handle(file), from)
    };
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    let mut disk = lock(&handle.mounted.disk);
    match disk.call(Call::Write, from.len()) {
        Outcome::Good if disk.write(&handle.name, at, from) => ffi::SQLITE_OK,
        Outcome::Good => ffi::SQLITE_FULL,
        Outcome::Partial(part) => {
            disk.write(&handle.name, at, &from[..part]);
            ffi::SQLITE_IOERR_WRITE
        }
        Outcome::Fails => ffi::SQLITE_IOERR_WRITE,
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, to: i64) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    if handle.fails(Call::Truncate) {
        return ffi::SQLITE_IOERR_TRUNCATE;
    }
    lock(&handle.mounted.disk).truncate(&handle.name, usize::try_from(to).unwrap_or(0));
    ffi::SQLITE_OK
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    let mut disk = lock(&handle.mounted.disk);
    if matches!(disk.call(Call::Sync, 0), Outcome::Good) {
        disk.sync(&handle.name);
        return ffi::SQLITE_OK;
    }
    disk.fail_sync(&handle.name);
    ffi::SQLITE_IOERR_FSYNC
}

unsafe extern "C" fn size(file: *mut ffi::sqlite3_file, to: *mut i64) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    if handle.fails(Call::Size) {
        return ffi::SQLITE_IOERR_FSTAT;
    }
    let disk = lock(&handle.mounted.disk);
    let bytes = disk
        .files
        .get(&handle.name)
        .map_or(0, |file| file.visible.len());
    // SAFETY: a valid place.
    unsafe { *to = bytes as i64 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock_file(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    if handle.level >= level {
        return ffi::SQLITE_OK;
    }
    if handle.fails(Call::Lock) {
        return ffi::SQLITE_IOERR_LOCK;
    }
    let mut all = lock(&handle.mounted.shared);
    let shared = all.entry(handle.name.clone()).or_default();
    let is_ours = handle.level >= ffi::SQLITE_LOCK_RESERVED;
    let is_free = match level {
        ffi::SQLITE_LOCK_SHARED => !shared.is_exclusive,
        ffi::SQLITE_LOCK_RESERVED => !shared.is_reserved,
        _ => (is_ours || !shared.is_reserved) && shared.readers == 1,
    };
    if !is_free {
        return ffi::SQLITE_BUSY;
    }
    if handle.level == ffi::SQLITE_LOCK_NONE {
        shared.readers += 1;
    }
    shared.is_reserved |= level >= ffi::SQLITE_LOCK_RESERVED;
    shared.is_exclusive |= level > ffi::SQLITE_LOCK_RESERVED;
    handle.level = level;
    ffi::SQLITE_OK
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    if handle.level <= level {
        return ffi::SQLITE_OK;
    }
    let mut all = lock(&handle.mounted.shared);
    let shared = all.entry(handle.name.clone()).or_default();
    if handle.level >= ffi::SQLITE_LOCK_RESERVED {
        (shared.is_reserved, shared.is_exclusive) = (false, false);
    }
    if level == ffi::SQLITE_LOCK_NONE {
        shared.readers -= 1;
    }
    handle.level = level;
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved(file: *mut ffi::sqlite3_file, to: *mut c_int) -> c_int {
    // SAFETY: an open file, and a valid place.
    unsafe {
        let handle = handle(file);
        let all = lock(&handle.mounted.shared);
        *to = c_int::from(
            all.get(&handle.name)
                .is_some_and(|shared| shared.is_reserved),
        );
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_bytes(_: *mut ffi::sqlite3_file) -> c_int {
    // What SQLite's own VFS for Unix says.
    4096
}

unsafe extern "C" fn characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    bytes: c_int,
    is_extending: c_int,
    to: *mut *mut c_void,
) -> c_int {
    // SAFETY: an open file, and a valid place.
    let handle = unsafe { handle(file) };
    // SAFETY: as above.
    unsafe { *to = ptr::null_mut() };
    if handle.fails(Call::Map) {
        return ffi::SQLITE_IOERR_SHMMAP;
    }
    let mut all = lock(&handle.mounted.shared);
    let shared = all.entry(handle.name.clone()).or_default();
    if !handle.is_mapped {
        handle.is_mapped = true;
        shared.mappings += 1;
    }
    let region = region.unsigned_abs() as usize;
    while shared.regions.len() <= region && is_extending != 0 {
        shared
            .regions
            .push(Region::zeroed(bytes.unsigned_abs() as usize));
    }
    if let Some(found) = shared.regions.get(region) {
        // SAFETY: as above.
        unsafe { *to = found.0.cast() };
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock_slots(
    file: *mut ffi::sqlite3_file,
    from: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    let is_unlocking = flags & ffi::SQLITE_SHM_UNLOCK != 0;
    if !is_unlocking && handle.fails(Call::Lock) {
        return ffi::SQLITE_IOERR_SHMLOCK;
    }
    let mut all = lock(&handle.mounted.shared);
    let slots = &mut all.entry(handle.name.clone()).or_default().slots;
    let range = from.unsigned_abs() as usize..(from + count).unsigned_abs() as usize;
    let is_exclusive = flags & ffi::SQLITE_SHM_EXCLUSIVE != 0;
    if is_unlocking {
        for slot in range {
            if std::mem::take(&mut handle.exclusive[slot]) {
                slots[slot].is_exclusive = false;
            }
            if std::mem::take(&mut handle.shared[slot]) {
                slots[slot].shared -= 1;
            }
        }
        return ffi::SQLITE_OK;
    }
    let is_free = range.clone().all(|slot| {
        let others = slots[slot].shared - u32::from(handle.shared[slot]);
        let is_others = slots[slot].is_exclusive && !handle.exclusive[slot];
        !is_others && (!is_exclusive || others == 0)
    });
    if !is_free {
        return ffi::SQLITE_BUSY;
    }
    for slot in range {
        if is_exclusive {
            slots[slot].is_exclusive = true;
            handle.exclusive[slot] = true;
        } else if !handle.shared[slot] {
            slots[slot].shared += 1;
            handle.shared[slot] = true;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn barrier(_: *mut ffi::sqlite3_file) {
    atomic::fence(Ordering::SeqCst);
}

unsafe extern "C" fn unmap(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    if !std::mem::take(&mut handle.is_mapped) {
        return ffi::SQLITE_OK;
    }
    let all_slots = ffi::SQLITE_SHM_NLOCK;
    // SAFETY: an open file.
    unsafe { lock_slots(file, 0, all_slots, ffi::SQLITE_SHM_UNLOCK) };
    let mut all = lock(&handle.mounted.shared);
    let shared = all.entry(handle.name.clone()).or_default();
    shared.mappings -= 1;
    if shared.mappings == 0 {
        // The first to come again finds nothing, and makes the index from the file.
        shared.regions.clear();
    }
    ffi::SQLITE_OK
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock_file),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_bytes),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(map),
    xShmLock: Some(lock_slots),
    xShmBarrier: Some(barrier),
    xShmUnmap: Some(unmap),
    xFetch: None,
    xUnfetch: None,
};

unsafe extern "C" fn delete(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    sync_folder: c_int,
) -> c_int {
    // SAFETY: a C string.
    let Some((mounted, name)) = find(&unsafe { text(name) }) else {
        return ffi::SQLITE_IOERR_DELETE;
    };
    let mut disk = lock(&mounted.disk);
    if !matches!(disk.call(Call::Delete, 0), Outcome::Good) {
        return ffi::SQLITE_IOERR_DELETE;
    }
    if !disk.files.contains_key(&name) {
        return ffi::SQLITE_IOERR_DELETE_NOENT;
    }
    disk.remove(&name);
    if sync_folder != 0 {
        disk.sync_names();
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn access(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _: c_int,
    to: *mut c_int,
) -> c_int {
    // SAFETY: a C string and a valid place.
    let found = find(&unsafe { text(name) });
    let is_there = match found {
        None => false,
        Some((mounted, name)) => {
            let mut disk = lock(&mounted.disk);
            if !matches!(disk.call(Call::Access, 0), Outcome::Good) {
                return ffi::SQLITE_IOERR_ACCESS;
            }
            disk.files.contains_key(&name)
        }
    };
    // SAFETY: a valid place.
    unsafe { *to = c_int::from(is_there) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_path(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    bytes: c_int,
    to: *mut c_char,
) -> c_int {
    // SAFETY: a C string, and room for `bytes`.
    unsafe {
        let name = CStr::from_ptr(name).to_bytes_with_nul();
        if name.len() > bytes.unsigned_abs() as usize {
            return ffi::SQLITE_CANTOPEN;
        }
        ptr::copy_nonoverlapping(name.as_ptr().cast(), to, name.len());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn randomness(_: *mut ffi::sqlite3_vfs, bytes: c_int, to: *mut c_char) -> c_int {
    // SAFETY: room for `bytes`.
    let to =
        unsafe { std::slice::from_raw_parts_mut(to.cast::<u8>(), bytes.unsigned_abs() as usize) };
    let mut chance = lock(&CHANCE);
    to.fill_with(|| chance.roll(256) as u8);
    bytes
}

unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, micros: c_int) -> c_int {
    std::thread::sleep(std::time::Duration::from_micros(
        micros.unsigned_abs().into(),
    ));
    micros
}

unsafe extern "C" fn current_time(_: *mut ffi::sqlite3_vfs, to: *mut f64) -> c_int {
    // SAFETY: a valid place. The log never asks SQLite for the time, so any will do.
    unsafe { *to = 2_461_000.5 };
    ffi::SQLITE_OK
}

/// Makes the disks this process's only ones.
fn register() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        let vfs = Box::new(ffi::sqlite3_vfs {
            iVersion: 1,
            szOsFile: size_of::<OpenFile>() as c_int,
            mxPathname: 512,
            pNext: ptr::null_mut(),
            zName: c"disk".as_ptr(),
            pAppData: ptr::null_mut(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_path),
            xDlOpen: None,
            xDlError: None,
            xDlSym: None,
            xDlClose: None,
            xRandomness: Some(randomness),
            xSleep: Some(sleep),
            xCurrentTime: Some(current_time),
            xGetLastError: None,
            xCurrentTimeInt64: None,
            xSetSystemCall: None,
            xGetSystemCall: None,
            xNextSystemCall: None,
        });
        // SAFETY: the structure lives as long as the process.
        let registered = unsafe { ffi::sqlite3_vfs_register(Box::into_raw(vfs), 1) };
        assert_eq!(registered, ffi::SQLITE_OK);
    });
}
