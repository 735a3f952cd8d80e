package app.pocketcard.app

import android.Manifest
import android.content.pm.PackageManager
import android.location.Location
import android.location.LocationManager
import android.os.Looper
import android.os.SystemClock
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isHeading
import androidx.compose.ui.test.isSelected
import app.pocketcard.SessionView
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import org.junit.Test
import org.robolectric.Shadows.shadowOf
import java.util.concurrent.TimeUnit
import kotlin.test.assertEquals
import kotlin.test.assertIs

/** Stores, and what is there for whom is in one. */
class StoresJourneyTest : Journey() {
    private val locations get() = app.getSystemService(LocationManager::class.java)

    private fun hours(store: Long, isOpen: Boolean) {
        val day = if (isOpen) """[{"from": "00:00", "to": "24:00"}]""" else "[]"
        val week = listOf("mon", "tue", "wed", "thu", "fri", "sat", "sun").joinToString { "\"$it\": $day" }
        sandbox.ask("PUT", "/sandbox/stores/$store", """{"scheduleModel": {$week}, "exceptions": []}""")
    }

    /** The phone is near the second store. */
    private fun phoneIsThere() {
        shadowOf(locations).setProviderEnabled(LocationManager.NETWORK_PROVIDER, true)
        shadowOf(locations).simulateLocation(
            Location(LocationManager.NETWORK_PROVIDER).apply {
                latitude = 52.39
                longitude = 13.51
                accuracy = 900f
                time = System.currentTimeMillis()
                elapsedRealtimeNanos = SystemClock.elapsedRealtimeNanos()
            },
        )
    }

    private fun isGone(text: String) = compose.waitUntil(TIMEOUT) { !isThere(hasText(text)) }

    @Test
    fun `a member finds an open store by position, is in it, and sees which offers apply there`() {
        hours(1, isOpen = false)
        hours(2, isOpen = true)
        hours(3, isOpen = false)
        sandbox.ask(
            "POST",
            "/sandbox/offers",
            """{"id": 4711, "title": "Brunch", "rules": {"storeIds": [1], "benefit": {"points": 10}}}""",
        )
        sandbox.member(PHONE)
        signIn(PHONE)
        shadowOf(app).grantPermissions(Manifest.permission.ACCESS_COARSE_LOCATION)
        phoneIsThere()
        open()
        tap("Offers")
        waitFor("Brunch")
        compose.onNode(hasText("Here")).assertDoesNotExist()
        tap("Stores")
        tap("Use my position")
        waitFor(ALEX)
        waitFor(MUNICH)
        tap("Open now")
        isGone(ALEX)
        tap(SCHOENEFELD)
        waitFor("Hours this week")
        waitFor("10% off at hypermarkets")
        tap("I am in this store")
        waitFor("You are in this store")
        tap("Offers")
        tap("Here")
        waitFor(hasText("10% off at hypermarkets") and hasText("Applies now"))
        isGone("Brunch")
        checkNotNull(window).recreate()
        waitFor(hasText("Here") and isSelected())
        waitFor(hasText("10% off at hypermarkets") and hasText("Applies now"))
        compose.onNode(hasText("Brunch")).assertDoesNotExist()
        tap("Stores")
        tap(SCHOENEFELD)
        tap("I have left this store")
        waitFor("I am in this store")
        tap("Offers")
        waitFor("Brunch")
        isGone("Here")
    }

    @Test
    fun `stores and tasks are there without a signal, also after the app was ended, and nobody is in a store then`() {
        sandbox.member(PHONE)
        signIn(PHONE)
        open("pocketcard://stores/1")
        tap("I am in this store")
        waitFor("You are in this store")
        sandbox.cutOff()
        begunAnew()
        tap("Offers")
        waitFor("Double points at weekends")
        compose.onNode(hasText("Here")).assertDoesNotExist()
        tap("Tasks")
        waitFor("Getting started")
        confirm("Nice")
        tap("Stores")
        waitFor("Find a store")
        type("Search", "Schonefeld")
        tap(SCHOENEFELD)
        waitFor("Hours this week")
        waitFor("As of")
        back()
        waitFor(hasText("Schonefeld") and hasSetTextAction())
    }

    @Test
    fun `a position that the member does not allow is asked for once, and they are told once`() {
        sandbox.member(PHONE)
        signIn(PHONE)
        val activity = open("pocketcard://stores")
        waitFor("Find a store")
        tap("Use my position")
        compose.waitForIdle()
        val asked = checkNotNull(shadowOf(activity).lastRequestedPermission)
        assertEquals(listOf(Manifest.permission.ACCESS_COARSE_LOCATION), asked.requestedPermissions.toList())
        compose.runOnUiThread {
            activity.onRequestPermissionsResult(
                asked.requestCode,
                asked.requestedPermissions,
                intArrayOf(PackageManager.PERMISSION_DENIED),
            )
        }
        waitFor("Your position is not known")
        tap("OK")
        compose.waitForIdle()
        assertEquals(asked, shadowOf(activity).lastRequestedPermission)
        compose.onNode(hasText("Your position is not known", substring = true)).assertDoesNotExist()
        compose.onNode(hasText("Find a store")).assertExists()
    }

    @Test
    fun `a member finds the stores that have a product`() {
        for ((store, count) in mapOf(1 to 5, 2 to 0, 3 to 0)) {
            sandbox.ask("PUT", "/sandbox/stores/$store/stock", """{"goodsId": "4305615418452", "count": $count}""")
        }
        sandbox.member(PHONE)
        signIn(PHONE)
        open("pocketcard://stores")
        type("Search", "Pocket")
        waitFor(MUNICH)
        tap("Has a product")
        type("Product", "oat")
        tap("Oat milk, 1 l")
        waitFor("These stores have it")
        waitFor(hasText(ALEX) and hasText("Has it", substring = true))
        isGone(MUNICH)
        tap("Oat milk, 1 l")
        waitFor(MUNICH)
    }

    @Test
    fun `where the platform does not know what stores have, nobody looks for a product`() {
        val settings = sandbox.ask("GET", "/sandbox/settings").jsonObject
        val features = settings.getValue("features").jsonArray - JsonPrimitive("stock")
        sandbox.ask("PUT", "/sandbox/settings", JsonObject(settings + ("features" to JsonArray(features))).toString())
        sandbox.member(PHONE)
        signIn(PHONE)
        open("pocketcard://stores")
        tap("Has a product")
        type("Product", "oat")
        isGone("Has a product")
        waitFor("Find a store")
    }

    @Test
    fun `an offer leads to its stores, and back`() {
        sandbox.member(PHONE)
        signIn(PHONE)
        open("pocketcard://offers/2")
        tap("Show the stores")
        waitFor(hasText("Stores") and isSelected())
        waitFor(hasText("For your offer") and isSelected())
        waitFor(SCHOENEFELD)
        compose.onNode(hasText(ALEX)).assertDoesNotExist()
        endedByAndroid()
        waitFor(hasText("For your offer") and isSelected())
        waitFor(SCHOENEFELD)
        back()
        waitFor(hasText("Offer") and isHeading())
        tap("Stores")
        tap("For your offer")
        waitFor("Find a store")
    }

    @Test
    fun `a favourite is among the first, and the way there is another app's`() {
        sandbox.member(PHONE)
        signIn(PHONE)
        open("pocketcard://stores/3")
        waitFor("Hours this week")
        tap("Take me there")
        assertEquals("geo:48.1374,11.5755?q=48.1374,11.5755", waysThere().substringBefore("("))
        shadowOf(app).checkActivities(true)
        tap("Take me there")
        waitFor("There is no app for this on your phone.")
        tap("OK")
        tap(hasContentDescription("Favourite", substring = true))
        back()
        waitFor(MUNICH)
        compose.onNode(hasText(ALEX)).assertDoesNotExist()
    }

    private fun waysThere(): String = checkNotNull(shadowOf(app).nextStartedActivity.dataString)

    @Test
    fun `who is signed out has the stores that the phone knows, and signs in first where it knows none`() {
        sandbox.member(PHONE)
        open("pocketcard://stores/1")
        waitFor(hasText("Store") and isHeading())
        signInByHand()
        type("Code", sandbox.smsCode(PHONE))
        waitFor("Hours this week")
        compose.onNode(hasText("Store") and isHeading()).assertExists()
        runBlocking { core.signOut() }
        begunAnew()
        assertIs<SessionView.SignedOut>(core.session.value)
        tap("Stores")
        type("Search", "Alexanderplatz")
        tap(ALEX)
        waitFor("Hours this week")
    }

    @Test
    fun `an activity tells what was looked for and which store was opened, and no more when the phone is turned`() {
        sandbox.member(PHONE)
        signIn(PHONE)
        open("pocketcard://stores")
        waitFor("Find a store")
        allIsTold()
        sandbox.cutOff()
        type("Search", "Marienplatz")
        // What is noted is what stands when the member pauses.
        shadowOf(Looper.getMainLooper()).idleFor(1, TimeUnit.SECONDS)
        compose.waitUntil(TIMEOUT) { core.outbox.value.queued == 1u }
        tap(MUNICH)
        waitFor("Hours this week")
        compose.waitUntil(TIMEOUT) { core.outbox.value.queued == 2u }
        checkNotNull(window).recreate()
        waitFor("Hours this week")
        compose.waitForIdle()
        assertEquals(2u, core.outbox.value.queued)
    }

    private companion object {
        const val ALEX = "Pocket Market, Alexanderplatz"
        const val SCHOENEFELD = "Pocket Hypermarket, Schönefeld"
        const val MUNICH = "Pocket Market, Marienplatz"
    }
}
