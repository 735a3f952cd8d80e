package app.pocketcard.platform

import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.Intent
import app.pocketcard.Notification
import app.pocketcard.NotificationChannel
import android.app.Notification as SystemNotification
import android.app.NotificationChannel as SystemChannel

/**
 * Notifications as the core words them: one channel for each [NotificationChannel], grouped by it, each with a tap that
 * opens its link in the app.
 *
 * The icon is the drawable `pocketcard_notification`; an app's own of that name takes its place.
 */
public class Notifications(context: Context) {
    private val context = context.applicationContext
    private val system = context.getSystemService(NotificationManager::class.java)

    /** Makes the channels, in the phone's language. Without effect on what the member has set for them. */
    public fun createChannels() {
        system.createNotificationChannels(
            NotificationChannel.entries.map {
                SystemChannel(it.id, context.getString(it.title), NotificationManager.IMPORTANCE_DEFAULT)
            },
        )
    }

    /**
     * Shows a notification, in place of one of the same message. False: the member wants none, or has not been asked
     * for `POST_NOTIFICATIONS`.
     */
    public fun show(notification: Notification): Boolean {
        if (!system.areNotificationsEnabled()) return false
        createChannels()
        val channel = notification.channel.id
        val tag = notification.message ?: "${notification.title}\n${notification.body}"
        system.notify(
            tag,
            SINGLE,
            builder(channel)
                .setContentTitle(notification.title)
                .setContentText(notification.body)
                .setStyle(SystemNotification.BigTextStyle().bigText(notification.body))
                .setContentIntent(opening(notification))
                .setAutoCancel(true)
                .build(),
        )
        system.notify(
            channel,
            SUMMARY,
            builder(channel)
                .setContentTitle(context.getString(notification.channel.title))
                .setContentIntent(opening(notification.copy(message = null, link = null)))
                .setAutoCancel(true)
                .setGroupSummary(true)
                .build(),
        )
        return true
    }

    /** Takes all of them away, as when the member signs out. */
    public fun clear(): Unit = system.cancelAll()

    private fun builder(channel: String) = SystemNotification
        .Builder(context, channel)
        .setSmallIcon(R.drawable.pocketcard_notification)
        .setColor(context.getColor(R.color.pocketcard_accent))
        .setGroup(channel)
        .setGroupAlertBehavior(SystemNotification.GROUP_ALERT_CHILDREN)

    /** All that it says is in its data: by that, not by extras, the system tells one from another. */
    private fun opening(notification: Notification): PendingIntent = PendingIntent.getActivity(
        context,
        0,
        Intent(
            context,
            OpenedActivity::class.java,
        ).setData(OpenedActivity.uri(notification.message, notification.link)),
        PendingIntent.FLAG_IMMUTABLE or PendingIntent.FLAG_UPDATE_CURRENT,
    )

    internal companion object {
        const val SINGLE = 1
        const val SUMMARY = 2

        val NotificationChannel.id: String
            get() =
                when (this) {
                    NotificationChannel.OFFERS -> "pocketcard.offers"
                    NotificationChannel.BALANCE -> "pocketcard.balance"
                    NotificationChannel.TASKS -> "pocketcard.tasks"
                    NotificationChannel.MESSAGES -> "pocketcard.messages"
                }

        private val NotificationChannel.title: Int
            get() =
                when (this) {
                    NotificationChannel.OFFERS -> R.string.pocketcard_channel_offers
                    NotificationChannel.BALANCE -> R.string.pocketcard_channel_balance
                    NotificationChannel.TASKS -> R.string.pocketcard_channel_tasks
                    NotificationChannel.MESSAGES -> R.string.pocketcard_channel_messages
                }
    }
}
