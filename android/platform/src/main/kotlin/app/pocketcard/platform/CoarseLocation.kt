package app.pocketcard.platform

import android.Manifest.permission.ACCESS_COARSE_LOCATION
import android.content.Context
import android.content.pm.PackageManager.PERMISSION_GRANTED
import android.location.Location
import android.location.LocationListener
import android.location.LocationManager
import android.os.Bundle
import android.os.Looper
import android.os.SystemClock
import app.pocketcard.Position
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.coroutines.resume
import kotlin.math.roundToLong
import kotlin.time.Duration
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.Duration.Companion.seconds

/** About where the phone is, asked for once at a time and watched at no time. */
public class CoarseLocation(context: Context) {
    private val context = context.applicationContext
    private val system = context.getSystemService(LocationManager::class.java)

    /**
     * The position to about a kilometre; null where the member did not allow it, or the phone does not know. Asks the
     * phone's network anew where what is known is old, for at most [patience].
     */
    public suspend fun ask(patience: Duration = 10.seconds): Position? {
        if (context.checkSelfPermission(ACCESS_COARSE_LOCATION) != PERMISSION_GRANTED) return null
        return try {
            val known = system.getProviders(true).mapNotNull(system::getLastKnownLocation).minByOrNull { it.age }
            val newest = known?.takeIf { it.age < RECENT } ?: withTimeoutOrNull(patience) { fix() } ?: known
            newest?.let { Position(it.latitude.rounded(), it.longitude.rounded()) }
        } catch (_: SecurityException) {
            // Taken back meanwhile.
            null
        }
    }

    @Suppress("DEPRECATION", "MissingPermission") // What took its place came with Android 11.
    private suspend fun fix(): Location? = suspendCancellableCoroutine { waiting ->
        if (!system.isProviderEnabled(LocationManager.NETWORK_PROVIDER)) {
            waiting.resume(null)
            return@suspendCancellableCoroutine
        }
        val listener =
            object : LocationListener {
                override fun onLocationChanged(location: Location) {
                    if (waiting.isActive) waiting.resume(location)
                }

                override fun onProviderDisabled(provider: String) {
                    if (waiting.isActive) waiting.resume(null)
                }

                override fun onProviderEnabled(provider: String) = Unit

                // Called by Android 9 and older, which has no body for it.
                @Deprecated("Never called since Android 10")
                override fun onStatusChanged(provider: String?, status: Int, extras: Bundle?) = Unit
            }
        system.requestSingleUpdate(LocationManager.NETWORK_PROVIDER, listener, Looper.getMainLooper())
        // After it: who has left meanwhile is told to at once.
        waiting.invokeOnCancellation { system.removeUpdates(listener) }
    }

    private companion object {
        val RECENT = 10.minutes

        val Location.age: Duration get() = (SystemClock.elapsedRealtimeNanos() - elapsedRealtimeNanos).nanoseconds

        fun Double.rounded() = (this * 100).roundToLong() / 100.0
    }
}
