package app.pocketcard.app

import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import app.pocketcard.Activity
import app.pocketcard.Pocketcard

/** Notes that the member opened something: once, however often the window is made anew meanwhile. */
@Composable
internal fun Viewed(core: Pocketcard, model: MemberModel, activity: Activity) {
    var isNoted by rememberSaveable { mutableStateOf(false) }
    LaunchedEffect(core, activity) {
        if (!isNoted) {
            isNoted = true
            model.act { core.track(activity) }
        }
    }
}
