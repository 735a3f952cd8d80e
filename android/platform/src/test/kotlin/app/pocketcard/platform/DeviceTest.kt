package app.pocketcard.platform

import android.Manifest
import android.location.Location
import android.location.LocationManager
import android.net.ConnectivityManager
import android.net.NetworkCapabilities
import android.os.SystemClock
import android.util.Log
import app.pocketcard.LogLevel
import app.pocketcard.LogRecord
import app.pocketcard.Position
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Job
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowLog
import org.robolectric.shadows.ShadowNetwork
import org.robolectric.shadows.ShadowNetworkCapabilities
import java.util.concurrent.TimeUnit
import kotlin.test.assertEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds

@RunWith(RobolectricTestRunner::class)
class DeviceTest {
    private val app = RuntimeEnvironment.getApplication()

    @Test
    fun `log records reach Android's, with their level, in pieces that it does not cut`() {
        val log = Logcat(LogLevel.WARN)
        log.log(LogRecord(LogLevel.INFO, "pocketcard::sync", "left out"))
        log.log(LogRecord(LogLevel.WARN, "pocketcard::sync", "slow"))
        log.log(LogRecord(LogLevel.ERROR, "pocketcard::sync", "ü".repeat(5000)))
        val lines = ShadowLog.getLogsForTag("Pocketcard")
        assertEquals("pocketcard::sync: slow" to Log.WARN, lines.first().run { msg to type })
        assertEquals(5000, lines.drop(1).sumOf { line -> line.msg.count { it == 'ü' } })
        assertTrue(lines.all { it.msg.toByteArray().size < 4068 })
    }

    @Test
    fun `a network that comes back is told once, one that was there is not`() {
        val manager = app.getSystemService(ConnectivityManager::class.java)
        val up = ShadowNetworkCapabilities.newInstance()
        shadowOf(up).addCapability(NetworkCapabilities.NET_CAPABILITY_VALIDATED)
        val walled = ShadowNetworkCapabilities.newInstance()
        val network = ShadowNetwork.newInstance(7)
        var returns = 0
        val watch = NetworkWatch(app) { returns++ }
        val callback = shadowOf(manager).networkCallbacks.single()
        repeat(2) { callback.onCapabilitiesChanged(network, up) }
        assertEquals(0, returns, "it was there from the start")
        callback.onLost(network)
        callback.onCapabilitiesChanged(network, walled)
        assertEquals(0, returns, "connected to a wall")
        repeat(2) { callback.onCapabilitiesChanged(network, up) }
        assertEquals(1, returns)
        watch.close()
        assertTrue(shadowOf(manager).networkCallbacks.isEmpty())
    }

    @Test
    fun `without a network at the start, the first one counts`() {
        val manager = app.getSystemService(ConnectivityManager::class.java)
        shadowOf(manager).setDefaultNetworkActive(false)
        shadowOf(manager).setActiveNetworkInfo(null)
        val up = ShadowNetworkCapabilities.newInstance()
        shadowOf(up).addCapability(NetworkCapabilities.NET_CAPABILITY_VALIDATED)
        var returns = 0
        NetworkWatch(app) { returns++ }.use {
            shadowOf(manager).networkCallbacks.single().onCapabilitiesChanged(ShadowNetwork.newInstance(7), up)
        }
        assertEquals(1, returns)
    }

    private val locations = app.getSystemService(LocationManager::class.java)

    private fun at(latitude: Double, longitude: Double, agoMinutes: Long = 0) =
        Location(LocationManager.NETWORK_PROVIDER).apply {
            this.latitude = latitude
            this.longitude = longitude
            accuracy = 900f
            time = System.currentTimeMillis()
            elapsedRealtimeNanos = SystemClock.elapsedRealtimeNanos() - TimeUnit.MINUTES.toNanos(agoMinutes)
        }

    private fun ask() = runBlocking { CoarseLocation(app).ask(200.milliseconds) }

    @Test
    fun `no position without leave`() {
        shadowOf(locations).setProviderEnabled(LocationManager.NETWORK_PROVIDER, true)
        shadowOf(locations).simulateLocation(at(52.52, 13.4))
        assertNull(ask())
    }

    @Test
    fun `a position is coarse, and what is known will do`() {
        shadowOf(app).grantPermissions(Manifest.permission.ACCESS_COARSE_LOCATION)
        assertNull(ask(), "the phone does not know")
        shadowOf(locations).setProviderEnabled(LocationManager.NETWORK_PROVIDER, true)
        shadowOf(locations).simulateLocation(at(52.520008, 13.404954))
        assertEquals(Position(52.52, 13.4), ask())
    }

    @Test
    fun `what is old is asked anew, and used where nothing newer comes`() {
        shadowOf(app).grantPermissions(Manifest.permission.ACCESS_COARSE_LOCATION)
        shadowOf(locations).setProviderEnabled(LocationManager.NETWORK_PROVIDER, true)
        SystemClock.setCurrentTimeMillis(TimeUnit.HOURS.toMillis(5))
        shadowOf(locations).simulateLocation(at(48.137, 11.575, agoMinutes = 60))
        assertEquals(Position(48.14, 11.58), ask())
        assertNobodyListens()
    }

    @Test
    fun `who leaves while the phone is being asked leaves nobody listening`() {
        shadowOf(app).grantPermissions(Manifest.permission.ACCESS_COARSE_LOCATION)
        shadowOf(locations).setProviderEnabled(LocationManager.NETWORK_PROVIDER, true)
        runBlocking {
            launch(Job().apply { cancel() }, CoroutineStart.UNDISPATCHED) { CoarseLocation(app).ask() }.join()
        }
        assertNobodyListens()
    }

    private fun assertNobodyListens() =
        assertTrue(shadowOf(locations).getLocationUpdateListeners(LocationManager.NETWORK_PROVIDER).isEmpty())
}
