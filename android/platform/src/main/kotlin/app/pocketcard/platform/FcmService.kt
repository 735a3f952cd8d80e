package app.pocketcard.platform

import app.pocketcard.Push
import app.pocketcard.PushService
import com.google.firebase.messaging.FirebaseMessagingService
import com.google.firebase.messaging.RemoteMessage

/**
 * Pushes and tokens of Firebase Cloud Messaging, for the core. The platform sends data messages.
 *
 * An app that has Firebase depends on `com.google.firebase:firebase-messaging` and declares this in its manifest:
 *
 * ```xml
 * <service android:name="app.pocketcard.platform.FcmService" android:exported="false">
 *     <intent-filter><action android:name="com.google.firebase.MESSAGING_EVENT" /></intent-filter>
 * </service>
 * ```
 */
public open class FcmService : FirebaseMessagingService() {
    override fun onMessageReceived(message: RemoteMessage): Unit =
        Pushes(this).waiting { receive(Push.Data(message.data)) }

    // Still the one way to a token for a server that sends to tokens.
    @Suppress("OVERRIDE_DEPRECATION")
    override fun onNewToken(token: String): Unit = Pushes(this).waiting { token(token, PushService.FCM) }
}
