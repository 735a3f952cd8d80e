package app.pocketcard.ui

import androidx.compose.runtime.Composable
import app.pocketcard.PocketcardException
import app.pocketcard.Rejection
import app.pocketcard.RejectionKind

/** Why something that the member asked for did not happen, as a screen says it. */
public sealed interface Failure {
    /** No connection. */
    public data object Offline : Failure

    /** The platform is busy. */
    public data object Busy : Failure

    /** The session is over. */
    public data object SignInAgain : Failure

    /** The platform refused, in its [text] where it gave one: tries left and blocks are said there. */
    public data class Refused(val text: String?, val kind: RejectionKind = RejectionKind.OTHER) : Failure

    /** This version of the app is no longer served. */
    public data object UpdateApp : Failure

    /** The platform does not offer this. */
    public data object NotOffered : Failure

    /** Something is wrong on this phone, or in the app. */
    public data object OnThisPhone : Failure

    /** It takes another app, and the phone has none for it. */
    public data object NoApp : Failure

    /** Where the phone is, it does not know, or the member does not let the app know. */
    public data object NoPosition : Failure
}

/** This exception as a screen says it. */
public fun PocketcardException.asFailure(): Failure = when (this) {
    is PocketcardException.Offline -> Failure.Offline

    is PocketcardException.TryLater -> Failure.Busy

    is PocketcardException.SignInAgain -> Failure.SignInAgain

    is PocketcardException.Rejected -> reason.asFailure()

    is PocketcardException.UpdateApp -> Failure.UpdateApp

    is PocketcardException.NotSupported -> Failure.NotOffered

    is PocketcardException.WrongConfig,
    is PocketcardException.Internal,
    is PocketcardException.LibraryMissing,
    is PocketcardException.LibraryMismatch,
    is PocketcardException.Closed,
    -> Failure.OnThisPhone
}

private fun Rejection.asFailure() =
    Failure.Refused(text ?: fields.firstNotNullOfOrNull { it.texts.firstOrNull() }, kind)

/** What the member reads of it. */
@Composable
internal fun words(failure: Failure): String = when (failure) {
    Failure.Offline -> text(R.string.failure_offline)

    Failure.Busy -> text(R.string.failure_busy)

    Failure.SignInAgain -> text(R.string.failure_sign_in_again)

    is Failure.Refused -> failure.text ?: when (failure.kind) {
        RejectionKind.WRONG_CODE -> text(R.string.failure_wrong_code)
        RejectionKind.ALREADY_REGISTERED -> text(R.string.failure_already_registered)
        RejectionKind.BLOCKED -> text(R.string.failure_blocked)
        RejectionKind.INVALID -> text(R.string.failure_invalid)
        RejectionKind.NOTHING_PENDING, RejectionKind.OTHER -> text(R.string.failure_refused)
    }

    Failure.UpdateApp -> text(R.string.failure_update_app)

    Failure.NotOffered -> text(R.string.failure_not_offered)

    Failure.OnThisPhone -> text(R.string.failure_on_this_phone)

    Failure.NoApp -> text(R.string.failure_no_app)

    Failure.NoPosition -> text(R.string.failure_no_position)
}
