package app.pocketcard.app

import android.Manifest
import android.content.ActivityNotFoundException
import android.content.Context
import android.content.Intent
import android.net.Uri
import android.os.Build
import android.provider.Settings
import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.activity.result.contract.ActivityResultContracts
import androidx.compose.runtime.Composable
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.runtime.remember
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.booleanResource
import androidx.compose.ui.res.integerResource
import androidx.compose.ui.res.stringResource
import app.pocketcard.Position
import app.pocketcard.platform.CoarseLocation
import java.math.BigDecimal

// What the app asks of the device it is on.

/** The text of [id] in the app's language. */
@Composable
@ReadOnlyComposable
internal fun text(id: Int): String = stringResource(id)

/** The number that the brand has for [id]. */
@Composable
@ReadOnlyComposable
internal fun number(id: Int): Int = integerResource(id)

/** What the brand says to [id]. */
@Composable
@ReadOnlyComposable
internal fun flag(id: Int): Boolean = booleanResource(id)

/** Asks the member whether the app may know where they are, each time that it is called. */
@Composable
internal fun rememberPositionPermission(onAnswer: (Boolean) -> Unit): () -> Unit {
    val permission = rememberLauncherForActivityResult(ActivityResultContracts.RequestPermission(), onAnswer)
    return { permission.launch(Manifest.permission.ACCESS_COARSE_LOCATION) }
}

/** The device that this is shown on. */
@Composable
internal fun device(): Device {
    val context = LocalContext.current
    return remember(context) { Device(context) }
}

/** What it tells of itself, and what other apps on it do. */
internal class Device(private val context: Context) {
    /** Its model and system. */
    val name: String get() = "${Build.MODEL}, Android ${Build.VERSION.RELEASE}"

    /** Of this app, as its shop has it. */
    val appVersion: String get() = context.version

    /** Where it is; null where the member did not allow that, or it does not know. */
    suspend fun position(): Position? = CoarseLocation(context).ask()

    /** Opens a page of the web; whether there is what shows one. */
    fun opensPage(link: String): Boolean =
        opens(Intent(Intent.ACTION_VIEW, Uri.parse(link)).addCategory(Intent.CATEGORY_BROWSABLE))

    /** Shows the way to what is called [title]; whether there is a map. */
    fun opensWay(to: Position, title: String): Boolean {
        val place = "${degrees(to.latitude)},${degrees(to.longitude)}"
        return opens(Intent(Intent.ACTION_VIEW, Uri.parse("geo:$place?q=$place(${Uri.encode(title)})")))
    }

    /** Dials a number; whether this is a phone. */
    fun opensCall(number: String): Boolean = opens(Intent(Intent.ACTION_DIAL, Uri.fromParts("tel", number, null)))

    /**
     * Opens where the phone has the language of this app, or before Android 13, which has none of a single app, of all;
     * whether there is such a place.
     */
    fun opensLanguages(): Boolean {
        val intent = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) {
            Intent(Settings.ACTION_APP_LOCALE_SETTINGS, Uri.fromParts("package", context.packageName, null))
        } else {
            Intent(Settings.ACTION_LOCALE_SETTINGS)
        }
        return opens(intent)
    }

    /** Opens where the phone has what this app may do; whether there is such a place. */
    fun opensPermissions(): Boolean = opens(
        Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, Uri.fromParts("package", context.packageName, null)),
    )

    /** Starts what another app does; whether there is one that does it. */
    private fun opens(intent: Intent): Boolean = try {
        context.startActivity(intent)
        true
    } catch (_: ActivityNotFoundException) {
        false
    }

    /** Without an exponent. */
    private fun degrees(angle: Double): String = BigDecimal.valueOf(angle).toPlainString()
}

/** Of this app, as its shop has it. */
internal val Context.version: String get() = packageManager.getPackageInfo(packageName, 0).versionName ?: "0"
