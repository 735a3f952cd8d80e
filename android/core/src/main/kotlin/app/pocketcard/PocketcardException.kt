package app.pocketcard

import kotlin.time.Duration
import kotlin.time.toKotlinDuration

/**
 * Why a call did not do what was asked, named by what can be done about it. The [message] is for whoever reads the log
 * or the crash report; what a member reads is the app's own text, or [Rejected.reason].
 */
public sealed class PocketcardException(message: String, cause: Throwable? = null) : Exception(message, cause) {
    /** No connection. What is on screen stays; try again when there is one. */
    public class Offline internal constructor(cause: Throwable) :
        PocketcardException("There is no connection to the platform. Try again when there is one.", cause)

    /** The platform is busy or failing on its side. Try again, not before [after] where it said so. */
    public class TryLater internal constructor(
        /** How long the platform asked to wait, when it said so. */
        public val after: Duration?,
        cause: Throwable,
    ) : PocketcardException("The platform is busy. Try again ${after?.let { "in $it" } ?: "later"}.", cause)

    /** The session is over. The member's data stays on screen; ask them to sign in. */
    public class SignInAgain internal constructor(cause: Throwable) :
        PocketcardException("The session is over. Ask the member to sign in again.", cause)

    /** The platform refused. Show its words. */
    public class Rejected internal constructor(
        /** What kind of refusal, and why, in the platform's words for the member. */
        public val reason: Rejection,
        cause: Throwable,
    ) : PocketcardException("The platform refused (${reason.kind}). Show the member its words.", cause)

    /** This version of the app is no longer served. */
    public class UpdateApp internal constructor(
        /** The oldest version that is. */
        public val minimum: String,
        cause: Throwable,
    ) : PocketcardException("This version of the app is no longer served. Have the member update to $minimum.", cause)

    /** The platform does not offer this. Do not show it. */
    public class NotSupported internal constructor(cause: Throwable) :
        PocketcardException("The platform does not offer this. Leave it out of the app.", cause)

    /** The [Config] cannot work. For the app team, not for the member. */
    public class WrongConfig internal constructor(
        /** The property of [Config], as `dataFolder`. */
        public val property: String,
        /** What is wrong with it, and what would be right. */
        public val problem: String,
        cause: Throwable,
    ) : PocketcardException("Config.$property is wrong: $problem.", cause)

    /** A fault of the library or the phone: a full disk, a locked secret store. What was asked did not happen. */
    public class Internal internal constructor(
        /** Stands in the log beside the cause. */
        public val id: String,
        /** What failed, without anything that identifies a member. */
        public val problem: String,
        cause: Throwable?,
    ) : PocketcardException(
            "It failed on this phone ($problem) and nothing was changed. See that there is free storage and that the " +
                "phone is unlocked, then try again; the log has the cause beside $id.",
            cause,
        )

    /** The native library cannot be loaded. For the app team: it is missing, or is not for this phone. */
    public class LibraryMissing internal constructor(cause: Throwable) :
        PocketcardException(
            "The native library of Pocketcard is not there for ${System.getProperty("os.arch")}. On Android, put " +
                "libpocketcard.so into jniLibs/<abi> and depend on JNA as an aar, net.java.dev.jna:jna:VERSION@aar. " +
                "On a desktop, set the system property jna.library.path to its folder. (${cause.firstLine})",
            cause,
        )

    /** The native library is of another version than this code. For the app team: build both from the same sources. */
    public class LibraryMismatch internal constructor(cause: Throwable) :
        PocketcardException(
            "The native library of Pocketcard is of another version than its Kotlin code. Build both from the same " +
                "sources: cargo bindgen, then the libraries of every ABI. (${cause.firstLine})",
            cause,
        )

    /** [Pocketcard.close] was called before. */
    public class Closed internal constructor() :
        PocketcardException("This Pocketcard was closed. Open one and keep it as long as the app lives.")
}

/** The one mapping from what the core throws. */
internal fun LoyaltyException.outward(): PocketcardException = when (this) {
    is LoyaltyException.Offline -> PocketcardException.Offline(this)
    is LoyaltyException.TryLater -> PocketcardException.TryLater(after?.toKotlinDuration(), this)
    is LoyaltyException.SignInAgain -> PocketcardException.SignInAgain(this)
    is LoyaltyException.Rejected -> PocketcardException.Rejected(reason, this)
    is LoyaltyException.UpdateApp -> PocketcardException.UpdateApp(minimum, this)
    is LoyaltyException.NotSupported -> PocketcardException.NotSupported(this)
    is LoyaltyException.WrongConfig -> PocketcardException.WrongConfig(field.camelCase(), problem, this)
    is LoyaltyException.Internal -> PocketcardException.Internal(id, problem, this)
}

/** A name of the core as Kotlin writes it: `data_folder` is `dataFolder`. */
private fun String.camelCase() = split('_').withIndex().joinToString("") { (at, word) ->
    if (at == 0) word else word.replaceFirstChar(Char::uppercaseChar)
}

private val Throwable.firstLine: String get() = message.orEmpty().lineSequence().first()
