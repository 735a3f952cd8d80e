package app.pocketcard.app

import android.content.Context
import android.content.Intent
import android.net.Uri
import android.os.Build
import android.provider.Settings
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.pocketcard.Pocketcard
import app.pocketcard.ui.About
import app.pocketcard.ui.Failure
import app.pocketcard.ui.SettingsEvent
import app.pocketcard.ui.SettingsScreen

/** Consents, language, what waits to be sent; signing out and leaving for good. */
@Composable
internal fun Settings(core: Pocketcard, model: MemberModel) {
    val session by core.session.collectAsStateWithLifecycle()
    val consents by core.consents.collectAsStateWithLifecycle()
    val outbox by core.outbox.collectAsStateWithLifecycle()
    val context = LocalContext.current
    SettingsScreen(
        session,
        consents,
        outbox,
        About(
            context.version,
            device = "${Build.MODEL}, Android ${Build.VERSION.RELEASE}",
            stringResource(R.string.language),
        ),
        onEvent = { event ->
            when (event) {
                is SettingsEvent.SetConsent -> model.change(core, event)

                SettingsEvent.OpenLanguage -> if (!context.opensLanguages()) model.fail(Failure.NoApp)

                SettingsEvent.SignIn -> model.open(Place.SignIn)

                SettingsEvent.SignOut -> model.ask {
                    core.signOut()
                    model.left()
                }

                SettingsEvent.RequestDeletion -> model.ask { core.requestDeletion() }

                is SettingsEvent.ConfirmDeletion -> model.ask {
                    core.confirmDeletion(event.code, event.reason)
                    model.left()
                }

                SettingsEvent.KeepAccount -> model.ask { core.leaveStep() }

                SettingsEvent.Refresh -> model.refresh(core)
            }
        },
        changing = model.changing.now,
        failure = model.failure,
        isBusy = model.isBusy,
    )
}

/** Of this app, as its shop has it. */
internal val Context.version: String get() = packageManager.getPackageInfo(packageName, 0).versionName ?: "0"

/**
 * Opens where the phone has the language of this app, or before Android 13, which has none of a single app, of all;
 * whether there is such a place.
 */
private fun Context.opensLanguages(): Boolean {
    val intent = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) {
        Intent(Settings.ACTION_APP_LOCALE_SETTINGS, Uri.fromParts("package", packageName, null))
    } else {
        Intent(Settings.ACTION_LOCALE_SETTINGS)
    }
    return opens(intent)
}
