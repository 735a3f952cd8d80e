package app.pocketcard.app

import android.content.Intent
import android.os.Bundle
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import androidx.activity.viewModels
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.graphics.Color
import androidx.lifecycle.Lifecycle
import androidx.lifecycle.lifecycleScope
import androidx.lifecycle.repeatOnLifecycle
import app.pocketcard.Pocketcard
import app.pocketcard.PocketcardException
import app.pocketcard.platform.BackgroundWork
import app.pocketcard.platform.NetworkWatch
import app.pocketcard.platform.openIntent
import app.pocketcard.ui.PocketcardTheme
import app.pocketcard.ui.asFailure
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.launch

/** The app's one window: opens the core, follows links, and shows the screens in it. */
public class MainActivity : ComponentActivity() {
    private var core by mutableStateOf<Pocketcard?>(null)
    private val model by viewModels<MemberModel>()

    /** What came before there was a core to say where it leads. */
    private var unfollowed: Intent? = null

    override fun onCreate(savedInstanceState: Bundle?) {
        enableEdgeToEdge()
        super.onCreate(savedInstanceState)
        if (savedInstanceState == null) unfollowed = intent
        val app = application as MemberApp
        lifecycleScope.launch {
            val opened = opened(app) ?: return@launch
            core = opened
            unfollowed?.let { follow(opened, it) }
            lifecycle.repeatOnLifecycle(Lifecycle.State.STARTED) { inFront(opened) }
        }
        setContent {
            PocketcardTheme(Color(getColor(R.color.brand_accent))) {
                MemberScreens(
                    core,
                    model,
                    window = remember { CodeWindow(window, app.refusesScreenshots) },
                    scanner = if (hasCamera()) ({ ScanCard(model) }) else null,
                ) { url, modifier ->
                    WebPicture(app.pictures, url, modifier)
                }
            }
        }
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        val core = core
        if (core == null) unfollowed = intent else follow(core, intent)
    }

    private fun follow(core: Pocketcard, intent: Intent) {
        core.openIntent(intent)?.let(model::follow)
    }

    /** None where the app was built wrong, or the phone's storage is: the member is told. */
    private suspend fun opened(app: MemberApp): Pocketcard? = try {
        app.pocketcard()
    } catch (error: PocketcardException) {
        model.fail(error.asFailure())
        null
    }

    /** What is done as long as the window is seen. */
    private suspend fun inFront(core: Pocketcard) {
        // Turning the phone makes another window, and is no other opening of the app.
        if (!model.isInFront) core.setActive(true)
        model.isInFront = true
        NetworkWatch(this, core).use {
            try {
                refresh(core)
                awaitCancellation()
            } finally {
                if (!isChangingConfigurations) {
                    model.isInFront = false
                    core.setActive(false)
                    BackgroundWork.flushSoon(this)
                }
            }
        }
    }

    private suspend fun refresh(core: Pocketcard) {
        try {
            core.refresh()
        } catch (_: PocketcardException) {
            // The screens say how old they are.
        }
    }
}
