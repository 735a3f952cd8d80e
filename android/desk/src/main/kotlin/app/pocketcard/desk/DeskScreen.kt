package app.pocketcard.desk

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.FilterChip
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Switch
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.produceState
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.drawWithContent
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.layer.drawLayer
import androidx.compose.ui.graphics.rememberGraphicsLayer
import androidx.compose.ui.input.key.Key
import androidx.compose.ui.input.key.KeyEventType
import androidx.compose.ui.input.key.key
import androidx.compose.ui.input.key.onKeyEvent
import androidx.compose.ui.input.key.type
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.platform.Font
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.dp
import androidx.lifecycle.compose.LocalLifecycleOwner
import app.pocketcard.app.MemberScreens
import app.pocketcard.app.R
import app.pocketcard.ui.PocketcardTheme
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import java.time.ZonedDateTime
import java.time.format.DateTimeFormatter

/**
 * The desk: the phone, and beside it what can happen to it. Every switch is reached by Tab; Escape is the way back.
 *
 * @param glass what the phone's screen is behind: dialogs cover all that is behind one with it.
 */
@Composable
internal fun DeskScreen(
    desk: Desk,
    modifier: Modifier = Modifier,
    glass: @Composable (screen: @Composable () -> Unit) -> Unit = { it() },
) {
    val phone = desk.phone
    LaunchedEffect(desk) {
        launch { desk.watchSms() }
        launch { desk.deliverPushes() }
        phone.model.attempt { phone.open() }
    }
    PocketcardTheme(phone.resources.color(R.color.brand_accent), dark = false, font = ROBOTO) {
        Surface(modifier.fillMaxSize().backByEscape(phone), color = MaterialTheme.colorScheme.surfaceContainer) {
            Row(Modifier.padding(STEP * 2), horizontalArrangement = Arrangement.spacedBy(STEP * 3)) {
                Box(
                    Modifier
                        .background(Color.Black, RoundedCornerShape(STEP * 2))
                        .padding(STEP)
                        .size(PHONE_WIDTH, PHONE_HEIGHT),
                ) {
                    glass { PhoneScreen(phone, desk.look) }
                }
                Switches(desk)
            }
        }
    }
}

private fun Modifier.backByEscape(phone: Phone) = onKeyEvent {
    val isBack = it.key == Key.Escape && it.type == KeyEventType.KeyUp
    if (isBack) phone.back()
    isBack
}

/** What the phone shows, as [look] has it. */
@Composable
private fun PhoneScreen(phone: Phone, look: Look) {
    val picture = rememberGraphicsLayer()
    DisposableEffect(phone, picture) {
        phone.picture = picture
        onDispose { phone.picture = null }
    }
    Box(
        Modifier
            .fillMaxSize()
            .testTag(PHONE)
            .backByEscape(phone)
            .drawWithContent {
                picture.record { this@drawWithContent.drawContent() }
                drawLayer(picture)
            },
    ) {
        CompositionLocalProvider(
            LocalPhone provides phone,
            LocalLifecycleOwner provides phone,
            LocalDensity provides Density(LocalDensity.current.density, if (look.isLarge) 2f else 1f),
            LocalLayoutDirection provides if (look.isRightToLeft) LayoutDirection.Rtl else LayoutDirection.Ltr,
        ) {
            PocketcardTheme(phone.resources.color(R.color.brand_accent), look.isDark, phone.clock.wall, ROBOTO) {
                // A desk has no camera, and the sandbox no pictures: rows keep their signs.
                MemberScreens(phone.core, phone.model, phone.window, scanner = null) { _, _ -> }
            }
        }
    }
}

@Composable
private fun Switches(desk: Desk) {
    val scope = rememberCoroutineScope()
    val phone = desk.phone
    val look = desk.look
    Column(
        Modifier.fillMaxSize().verticalScroll(rememberScrollState()),
        verticalArrangement = Arrangement.spacedBy(STEP * 2),
    ) {
        Part("Phone") {
            Toggle("Signal", desk.hasSignal) { scope.launch { desk.signal(it) } }
            OutlinedButton(phone::back, enabled = phone.waysBack.isNotEmpty()) { Text("Back (Escape)") }
            Text(if (phone.window.isBright) "The screen is bright and stays awake." else "The screen is as usual.")
        }
        Part("Clock") {
            Text(time(phone.clock))
            FlowRow(horizontalArrangement = Arrangement.spacedBy(STEP)) {
                OutlinedButton({ scope.launch { desk.pass(Desk.HOUR) } }) { Text("An hour passes") }
                OutlinedButton({ scope.launch { desk.pass(Desk.DAY) } }) { Text("A day passes") }
            }
            Toggle("Set an hour back by the member", desk.isClockWrong) { scope.launch { desk.setClock(it) } }
        }
        Part("Look") {
            FlowRow(horizontalArrangement = Arrangement.spacedBy(STEP)) {
                for (language in Resources.languages) {
                    FilterChip(
                        selected = language == phone.resources.locale,
                        onClick = { phone.speak(language) },
                        label = { Text(language.getDisplayLanguage(language)) },
                    )
                }
            }
            Toggle("Dark", look.isDark) { desk.look = look.copy(isDark = it) }
            Toggle("Type at 200 %", look.isLarge) { desk.look = look.copy(isLarge = it) }
            Toggle("Right to left", look.isRightToLeft) { desk.look = look.copy(isRightToLeft = it) }
        }
        Part("Till") {
            Row(
                horizontalArrangement = Arrangement.spacedBy(STEP * 2),
                verticalAlignment = Alignment.CenterVertically,
            ) {
                OutlinedButton({ scope.launch { desk.sell() } }) { Text("Scan and buy for 10") }
                desk.till?.let { Text(it) }
            }
        }
        Part("Messages") {
            SelectionContainer {
                Text(
                    desk.sms?.let { "SMS to ${it.to}: ${it.text}" }
                        ?: "Sign in as +49 171 3920001. The code comes here.",
                )
            }
            desk.notifications.lastOrNull()?.let { Text("${it.title}: ${it.body}") }
        }
    }
}

@Composable
private fun Part(title: String, content: @Composable ColumnScope.() -> Unit) {
    Column(verticalArrangement = Arrangement.spacedBy(STEP)) {
        Text(title, Modifier.semantics { heading() }, style = MaterialTheme.typography.titleMedium)
        content()
    }
}

@Composable
private fun Toggle(text: String, isOn: Boolean, onToggle: (Boolean) -> Unit) {
    Row(
        Modifier
            .fillMaxWidth()
            .heightIn(min = STEP * 5)
            .toggleable(isOn, role = Role.Switch, onValueChange = onToggle),
        horizontalArrangement = Arrangement.SpaceBetween,
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Text(text)
        Switch(isOn, onCheckedChange = null)
    }
}

/** What the phone's clock says. */
@Composable
private fun time(clock: PhoneClock): String {
    val now by produceState(ZonedDateTime.now(clock.wall), clock) {
        while (true) {
            value = ZonedDateTime.now(clock.wall)
            delay(SECOND)
        }
    }
    return TIME.format(now)
}

/** Tags what the phone shows, for tests. */
internal const val PHONE = "phone"

internal val DESK_WIDTH: Dp = 800.dp
internal val DESK_HEIGHT: Dp = 860.dp
private val PHONE_WIDTH = 360.dp
private val PHONE_HEIGHT = 760.dp
private val STEP = 8.dp

/** In milliseconds. */
private const val SECOND = 1_000L
private val TIME = DateTimeFormatter.ofPattern("EEEE, d MMMM, HH:mm:ss", java.util.Locale.ENGLISH)

/** Packed with the desk: the same letters on every machine. */
private val ROBOTO = FontFamily(
    roboto("Regular", FontWeight.Normal),
    roboto("Medium", FontWeight.Medium),
    roboto("Bold", FontWeight.Bold),
)

private fun roboto(style: String, weight: FontWeight) =
    Font("com/formdev/flatlaf/fonts/roboto/Roboto-$style.ttf", weight)
