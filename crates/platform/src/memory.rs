//! How the process deals with the machine's memory.

/// Gives large pieces of memory back to the system as soon as they are freed. Otherwise glibc keeps what one upload took, once for
/// each thread that it has served. Call it once, first of all; elsewhere than on Linux with glibc it does nothing.
pub fn return_large_pieces() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        /// In bytes. Setting it also keeps glibc from raising it by itself.
        const LARGE: libc::c_int = 1024 * 1024;
        #[expect(unsafe_code, reason = "a call of C without pointers: it sets a number inside the allocator")]
        // SAFETY: mallopt may be called at any time and takes the allocator's own lock.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
        }
    }
}
