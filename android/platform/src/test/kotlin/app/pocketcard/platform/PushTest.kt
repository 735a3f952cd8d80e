package app.pocketcard.platform

import android.app.NotificationManager
import android.app.job.JobScheduler
import android.content.Intent
import app.pocketcard.Notification
import app.pocketcard.NotificationChannel
import app.pocketcard.Push
import app.pocketcard.PushIgnored
import app.pocketcard.PushOutcome
import app.pocketcard.Route
import app.pocketcard.testing.signIn
import com.google.firebase.messaging.RemoteMessage
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.seconds
import android.app.Notification as SystemNotification

/** From what a push service brings to what the member sees, and back with a tap; the real core in between. */
@RunWith(RobolectricTestRunner::class)
class PushTest {
    @get:Rule val real = RealCore()
    private val app get() = real.app
    private val system get() = app.getSystemService(NotificationManager::class.java)
    private val shown get() = shadowOf(system)
    private val offer =
        mapOf(
            "message_id" to "m-1",
            "title" to "Ten percent",
            "body" to "On all coffee",
            "kind" to "message",
            "link" to "pocketcard://offers/7",
        )

    private fun single() = shown.getNotification("m-1", Notifications.SINGLE)

    private var member = 0L

    @Before
    fun `a member is signed in`() = runBlocking {
        member = real.sandbox.member(PHONE)
        real.core.signIn(real.sandbox, PHONE)
    }

    /** The platform sends the member a message: what it says of that. */
    private fun sent(): JsonObject = real.sandbox
        .ask(
            "POST",
            "/sandbox/pushes",
            """{"to": {"member": $member}, "title": "Ten percent", "body": "On all coffee"}""",
        ).jsonObject
        .getValue("messages")
        .jsonArray
        .single()
        .jsonObject

    private fun receive(data: Map<String, String>) = runBlocking { Pushes(app).receive(Push.Data(data)) }

    @Test
    fun `a push is a notification under its channel, in a group, and what follows it is left to a job`() {
        receive(offer)
        val notification = assertNotNull(single())
        assertEquals("Ten percent", notification.extras.getString(SystemNotification.EXTRA_TITLE))
        assertEquals("On all coffee", notification.extras.getString(SystemNotification.EXTRA_TEXT))
        assertEquals("pocketcard.messages", notification.channelId)
        assertNotEquals(0, notification.flags and SystemNotification.FLAG_AUTO_CANCEL)
        val summary = shown.getNotification(notification.group, Notifications.SUMMARY)
        assertNotEquals(0, summary.flags and SystemNotification.FLAG_GROUP_SUMMARY)
        assertEquals(notification.group, summary.group)
        assertEquals(
            listOf(BackgroundWork.FLUSH),
            app.getSystemService(JobScheduler::class.java).allPendingJobs.map { it.id },
        )
    }

    @Test
    fun `one that came before shows nothing new, another takes its own place`() {
        receive(offer)
        assertEquals(PushOutcome.Ignored(PushIgnored.DUPLICATE), receive(offer))
        assertEquals(2, shown.size())
        receive(offer + ("message_id" to "m-2"))
        assertEquals(3, shown.size(), "two, and the summary of their group")
    }

    @Test
    fun `a tap opens the link in the app's screen, and the platform hears of it`() {
        val id = sent().getValue("messageId").jsonPrimitive.content
        receive(offer + ("message_id" to id))

        fun single() = shown.getNotification(id, Notifications.SINGLE)
        val tap = shadowOf(single().contentIntent)
        assertTrue(tap.isActivityIntent && tap.isImmutable)
        single().contentIntent.send()
        val first = shadowOf(app).nextStartedActivity
        assertEquals(OpenedActivity::class.java.name, first.component?.className)
        assertNull(first.extras, "all that it says is in its data")
        Robolectric.buildActivity(OpenedActivity::class.java, first).use {
            assertTrue(it.create().get().isFinishing)
        }
        val second = shadowOf(app).nextStartedActivity
        assertEquals(Screen::class.java.name, second.component?.className)
        assertEquals(Route.Offer(7), real.core.openIntent(second))
        eventually("the platform is told") {
            runBlocking { real.core.flush(5.seconds) }
            "\"Read\"" in real.sandbox.ask("GET", "/sandbox/receipts?messageId=$id").toString()
        }
    }

    @Test
    fun `a tap on one without a link opens the app`() {
        receive(offer - "link" + ("message_id" to "m-3"))
        Notifications(app).show(Notification(null, "a", "b", NotificationChannel.TASKS, null, null))
        shown.getNotification("a\nb", Notifications.SINGLE).contentIntent.send()
        Robolectric.buildActivity(OpenedActivity::class.java, shadowOf(app).nextStartedActivity).use { it.create() }
        val screen = shadowOf(app).nextStartedActivity
        assertEquals(Screen::class.java.name to null, screen.component?.className to screen.data)
        assertNull(real.core.openIntent(screen))
    }

    @Test
    fun `what opens us by mistake or malice opens the app, no more`() {
        for (data in listOf(null, "app.pocketcard.opened:message=1", "https://stranger.example/?message=1")) {
            val intent = Intent(app, OpenedActivity::class.java).setData(data?.let(android.net.Uri::parse))
            Robolectric.buildActivity(OpenedActivity::class.java, intent).use { it.create() }
            assertNull(shadowOf(app).nextStartedActivity.data)
        }
    }

    @Test
    fun `Firebase's messages and tokens reach the core`() {
        val service = Robolectric.setupService(FcmService::class.java)
        val message = RemoteMessage.Builder("to").apply { offer.forEach(::addData) }.build()
        service.onMessageReceived(message)
        assertNotNull(single())
        service.onNewToken("a token of Firebase's")
        isToldOnePlace()
    }

    @Test
    fun `Huawei's messages and tokens reach the core, as a map or as a string`() {
        val push = HmsPush(app)
        push.onMessageReceived(offer, null)
        assertNotNull(single())
        push.onMessageReceived(emptyMap(), """{"message_id": "m-9", "title": "a", "body": "b", "kind": "message"}""")
        assertNotNull(shown.getNotification("m-9", Notifications.SINGLE))
        push.onMessageReceived(null, null)
        push.onNewToken(null)
        push.onNewToken("a token of Huawei's")
        isToldOnePlace()
    }

    /** The platform has one place to send this member's pushes to. */
    private fun isToldOnePlace() = eventually("the platform knows where pushes go") {
        runBlocking { real.core.flush(5.seconds) }
        sent().getValue("devices").jsonPrimitive.int == 1
    }

    @Test
    fun `no data that a push may hold does harm`() {
        val nasty = listOf("", "\u0000", "\uD800", "💥", "x".repeat(100_000), "{", "null", "-1", "%s%n", "../..")
        for (value in nasty) {
            for (key in offer.keys) receive(offer + (key to value))
            receive(mapOf(value to value))
            HmsPush(app).onMessageReceived(null, value)
            HmsPush(app).onNewToken(value)
        }
        receive(emptyMap())
    }

    @Test
    fun `who wants none sees none`() {
        shown.setNotificationsEnabled(false)
        receive(offer)
        assertEquals(0, shown.size())
    }

    @Test
    fun `each channel of the core has one, in English`() = channels("Offers and coupons", "Points", "Tasks", "Messages")

    @Test
    @Config(qualifiers = "de")
    fun `and in German`() = channels("Angebote und Coupons", "Punkte", "Aufgaben", "Nachrichten")

    private fun channels(vararg names: String) {
        Notifications(app).createChannels()
        assertEquals(NotificationChannel.entries.size, names.size)
        assertEquals(names.toSet(), system.notificationChannels.map { it.name.toString() }.toSet())
        Notifications(app).clear()
        assertFalse(shown.allNotifications.any())
    }

    private companion object {
        const val PHONE = "+491713920077"
    }
}
