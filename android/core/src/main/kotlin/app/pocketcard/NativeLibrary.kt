package app.pocketcard

/** The native library, loaded once in a process; what kept it from loading is said each time. */
internal object NativeLibrary {
    private val failure: LinkageError? by lazy {
        try {
            uniffiEnsureInitialized()
            null
        } catch (error: LinkageError) {
            error
        }
    }

    /** Loads it where that was not done yet. */
    fun load() {
        failure?.let { throw outward(it) }
    }

    /**
     * JNA says "Unable to load library" where there is none, and "Error looking up function" where one of another
     * version lacks some; where it has all, the generated code compares versions and throws while its object is made.
     */
    private fun outward(error: LinkageError): PocketcardException = if (error is ExceptionInInitializerError) {
        PocketcardException.LibraryMismatch(error.exception ?: error)
    } else if (error.message.orEmpty().startsWith("Error looking up function")) {
        PocketcardException.LibraryMismatch(error)
    } else {
        PocketcardException.LibraryMissing(error)
    }
}
