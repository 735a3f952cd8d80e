package app.pocketcard.app

import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
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
    val device = device()
    SettingsScreen(
        session,
        consents,
        outbox,
        About(device.appVersion, device.name, text(R.string.language)),
        onEvent = { event ->
            when (event) {
                is SettingsEvent.SetConsent -> model.change(core, event)

                SettingsEvent.OpenLanguage -> if (!device.opensLanguages()) model.fail(Failure.NoApp)

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
