package app.pocketcard.platform

import android.content.Context
import app.pocketcard.Push
import app.pocketcard.PushOutcome
import app.pocketcard.PushService
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration.Companion.seconds

/**
 * From a push service to the core, and from there to a notification. [FcmService] and [HmsPush] hand theirs in; so may
 * an app that has a service of its own.
 */
public class Pushes(context: Context) {
    private val context = context.applicationContext
    private val notifications = Notifications(context)

    /**
     * Hands a push to the core and shows what it says. What is to be sent after it is left to a job, since the process
     * may live for the push alone. Null where it was not taken: the log has why.
     */
    public suspend fun receive(push: Push): PushOutcome? {
        val outcome = context.quietly("to take a push") { it.receivePush(push.wellFormed()) } ?: return null
        if (outcome is PushOutcome.Taken) {
            outcome.notification?.let(notifications::show)
            BackgroundWork.flushSoon(context)
        }
        return outcome
    }

    /** Says where pushes for this installation go. */
    public suspend fun token(token: String, service: PushService) {
        context.quietly("to take a push token") { it.setPushToken(token.wellFormed(), service) }
    }

    /** For a thread of a push service, which may wait for some seconds; what takes longer goes on without it. */
    internal fun waiting(act: suspend Pushes.() -> Unit) {
        runBlocking { withTimeoutOrNull(PATIENCE) { act() } }
    }

    private companion object {
        /** A push service gives ten seconds where the phone is asleep. */
        val PATIENCE = 9.seconds

        fun Push.wellFormed(): Push = when (this) {
            is Push.Data -> Push.Data(
                entries.entries.associate { (key, value) ->
                    key.wellFormed() to value.wellFormed()
                },
            )

            is Push.Hms -> Push.Hms(data.wellFormed())

            is Push.UserInfo -> Push.UserInfo(json.wellFormed())

            is Push.Polled -> Push.Polled(json.wellFormed())
        }
    }
}
