//! Any bytes as a push, in each form: the reader and the reducer neither panic nor change what they should not.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pocketcard::fuzzing::push(bytes));
