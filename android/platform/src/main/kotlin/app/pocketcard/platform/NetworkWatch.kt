package app.pocketcard.platform

import android.content.Context
import android.net.ConnectivityManager
import android.net.Network
import android.net.NetworkCapabilities
import app.pocketcard.Pocketcard
import app.pocketcard.PocketcardException
import kotlinx.coroutines.launch
import kotlin.time.Duration.Companion.seconds

/** Has the core refresh and send what waits when the phone is connected again. For as long as the app is in front. */
public class NetworkWatch internal constructor(context: Context, private val onReturn: () -> Unit) : AutoCloseable {
    /** Begins to watch. */
    public constructor(context: Context, pocketcard: Pocketcard) : this(context, onReturn = {
        background.launch {
            try {
                pocketcard.flush(10.seconds)
                pocketcard.refresh()
            } catch (_: PocketcardException) {
                // The views say how old they are.
            }
        }
    })

    private val system = context.getSystemService(ConnectivityManager::class.java)

    private val callback =
        object : ConnectivityManager.NetworkCallback() {
            /** None: not told yet. A network that was there from the start is no news. */
            private var isConnected: Boolean? = if (system.activeNetwork == null) false else null

            override fun onCapabilitiesChanged(network: Network, capabilities: NetworkCapabilities) =
                report(capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_VALIDATED))

            override fun onLost(network: Network) = report(false)

            private fun report(now: Boolean) {
                val before = isConnected
                isConnected = now
                if (now && before == false) onReturn()
            }
        }

    init {
        system.registerDefaultNetworkCallback(callback)
    }

    override fun close(): Unit = system.unregisterNetworkCallback(callback)
}
