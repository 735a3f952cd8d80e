package app.pocketcard.app

import android.Manifest
import android.content.Context
import android.content.pm.PackageManager
import androidx.activity.compose.LocalActivity
import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.activity.result.contract.ActivityResultContracts
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.mutableIntStateOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.platform.LocalContext
import androidx.lifecycle.compose.LifecycleResumeEffect
import app.pocketcard.ui.CardScanner
import app.pocketcard.ui.Failure
import app.pocketcard.ui.ScanCardEvent
import app.pocketcard.ui.ScanCardScreen
import kotlinx.coroutines.launch

/** Reads the number of a plastic card, and goes back with it to where it could be typed. */
@Composable
internal fun ScanCard(model: MemberModel) {
    val context = LocalContext.current
    val activity = LocalActivity.current
    var isAsked by rememberSaveable { mutableStateOf(false) }
    var isAllowed by remember { mutableStateOf(context.mayUseCamera()) }
    val permission = rememberLauncherForActivityResult(ActivityResultContracts.RequestPermission()) {
        isAsked = true
        isAllowed = it
    }
    LaunchedEffect(Unit) { if (!isAllowed && !isAsked) permission.launch(Manifest.permission.CAMERA) }
    // Back from the settings, for one.
    LifecycleResumeEffect(Unit) {
        isAllowed = context.mayUseCamera()
        onPauseOrDispose {}
    }
    when {
        isAllowed -> {
            Scanner(model)
        }

        // Else Android is asking.
        isAsked -> {
            ScanCardScreen(CardScanner.NOT_ALLOWED, onEvent = { event ->
                when (event) {
                    // Where Android asks no more, its settings do.
                    ScanCardEvent.Allow -> when {
                        activity?.shouldShowRequestPermissionRationale(Manifest.permission.CAMERA) == true -> {
                            permission.launch(Manifest.permission.CAMERA)
                        }

                        !Device(context).opensPermissions() -> {
                            model.fail(Failure.NoApp)
                        }
                    }

                    else -> model.leave(Place.ScanCard)
                }
            })
        }
    }
}

@Composable
private fun Scanner(model: MemberModel) {
    val app = LocalContext.current.applicationContext as MemberApp
    val scope = rememberCoroutineScope()
    var camera by remember { mutableStateOf<CardCamera?>(null) }
    var scanner by remember { mutableStateOf(CardScanner.LOOKING) }
    var isLit by remember { mutableStateOf(false) }
    var tries by remember { mutableIntStateOf(0) }
    // Nothing sees through the camera while the app is not seen.
    LifecycleResumeEffect(tries) {
        val reader = CodeReader()
        // What was seen before may be told of after.
        var isCurrent = true
        val opened = app.camera(
            onFrame = { frame ->
                val text = reader.read(frame)
                if (text != null) {
                    scope.launch {
                        if (!isCurrent) return@launch
                        cardNumber(text)?.let(model::scanned) ?: run { scanner = CardScanner.FOUND_OTHER }
                    }
                }
            },
            onFailure = { scope.launch { if (isCurrent) scanner = CardScanner.FAILED } },
        )
        camera = opened
        scanner = CardScanner.LOOKING
        isLit = false
        onPauseOrDispose {
            isCurrent = false
            camera = null
            opened.close()
        }
    }
    ScanCardScreen(
        scanner,
        onEvent = { event ->
            when (event) {
                is ScanCardEvent.Light -> {
                    isLit = event.isOn
                    camera?.light(event.isOn)
                }

                ScanCardEvent.TryAgain -> {
                    tries++
                }

                ScanCardEvent.TypeNumber -> {
                    model.leave(Place.ScanCard)
                }

                ScanCardEvent.Allow -> {
                    // It is allowed already.
                }
            }
        },
        hasLight = camera?.hasLight == true,
        isLit = isLit,
    ) { modifier -> camera?.let { key(it) { it.Viewfinder(modifier) } } }
}

private fun Context.mayUseCamera() =
    checkSelfPermission(Manifest.permission.CAMERA) == PackageManager.PERMISSION_GRANTED
