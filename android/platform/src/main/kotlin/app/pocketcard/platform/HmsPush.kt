package app.pocketcard.platform

import android.content.Context
import app.pocketcard.Push
import app.pocketcard.PushService

/**
 * What an app's `HmsMessageService` calls: Huawei's library is an app's own to choose. On a worker thread; each returns
 * when the core has it.
 *
 * ```kotlin
 * class Hms : HmsMessageService() {
 *     private val push by lazy { HmsPush(this) }
 *     override fun onMessageReceived(message: RemoteMessage) = push.onMessageReceived(message.dataOfMap, message.data)
 *     override fun onNewToken(token: String?) = push.onNewToken(token)
 * }
 * ```
 */
public interface HmsPush {
    /** A message came, with what it says as a map where it can be one, and as the one string it is. */
    public fun onMessageReceived(dataOfMap: Map<String, String>?, data: String?)

    /** Pushes go there from now on. */
    public fun onNewToken(token: String?)

    /** The way in. */
    public companion object {
        /** Hands what comes to the core. */
        public operator fun invoke(context: Context): HmsPush = ToCore(Pushes(context))
    }

    private class ToCore(private val pushes: Pushes) : HmsPush {
        override fun onMessageReceived(dataOfMap: Map<String, String>?, data: String?) {
            val push = dataOfMap?.takeIf { it.isNotEmpty() }?.let(Push::Data) ?: data?.let(Push::Hms) ?: return
            pushes.waiting { receive(push) }
        }

        override fun onNewToken(token: String?) {
            if (!token.isNullOrEmpty()) pushes.waiting { token(token, PushService.HMS) }
        }
    }
}
