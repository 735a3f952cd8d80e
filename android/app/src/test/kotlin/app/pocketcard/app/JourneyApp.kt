package app.pocketcard.app

/** The app as it is, but for whom it speaks to. */
class JourneyApp : MemberApp() {
    override val platformUrl: String get() = platform

    companion object {
        /** The test's sandbox. */
        @Volatile
        var platform: String = ""
    }
}
