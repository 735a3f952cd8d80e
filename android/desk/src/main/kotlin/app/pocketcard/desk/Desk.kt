package app.pocketcard.desk

import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateListOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.graphics.toPixelMap
import app.pocketcard.Notification
import app.pocketcard.PocketcardException
import app.pocketcard.Push
import app.pocketcard.PushOutcome
import app.pocketcard.testing.Sandbox
import app.pocketcard.testing.scanned
import com.google.zxing.NotFoundException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.runInterruptible
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import java.io.IOException
import java.time.Duration

/** How the phone looks, beside what it shows. */
internal data class Look(val isDark: Boolean = false, val isLarge: Boolean = false, val isRightToLeft: Boolean = false)

/** A text message to a phone. */
internal data class Sms(val to: String, val text: String)

/** What is on the desk: a platform of its own, the phone, the till, and what can happen to them. On the main thread. */
internal class Desk(stores: Int = CHAIN) : AutoCloseable {
    private val sandbox = Sandbox(stores)

    val phone = Phone(sandbox.url)

    var look by mutableStateOf(Look())

    /** The phone has one; the till always has. */
    var hasSignal by mutableStateOf(true)
        private set

    /** The member has set the phone's clock to a wrong time. */
    var isClockWrong by mutableStateOf(false)
        private set

    /** The last one to any phone. */
    var sms by mutableStateOf<Sms?>(null)
        private set

    /** What pushes had the phone show, the newest last. */
    val notifications = mutableStateListOf<Notification>()

    /** What the till said last. */
    var till by mutableStateOf<String?>(null)
        private set

    /** Takes the phone's connection away, or gives it back. */
    suspend fun signal(isOn: Boolean) {
        if (!does { if (isOn) sandbox.heal() else sandbox.cutOff() }) return
        hasSignal = isOn
        phone.wake()
    }

    /** Time passes, on the phone and on the platform. */
    suspend fun pass(time: Duration) {
        if (!does { sandbox.ask("PUT", "/sandbox/clock", """{"advanceMillis": ${time.toMillis()}}""") }) return
        phone.clock.pass(time)
        phone.wake()
    }

    /** The member sets the clock an hour back, or has the phone set it by itself again. */
    suspend fun setClock(isWrong: Boolean) {
        isClockWrong = isWrong
        phone.clock.off = if (isWrong) HOUR.negated() else Duration.ZERO
        phone.wake()
    }

    /** The cashier scans what the phone shows, and sells something for 10. */
    suspend fun sell() {
        val pixels = phone.picture?.toImageBitmap()?.toPixelMap() ?: return
        till = try {
            val code = scanned(pixels.buffer, pixels.width)
            val items = """[{"goodsId": "coffee", "name": "Coffee", "price": 10}]"""
            val receipt = call { sandbox.ask("POST", "/till/purchases", """{"code": "$code", "items": $items}""") }

            fun amount(name: String) = receipt.jsonObject.getValue(name).jsonPrimitive.content
            "Sold for ${amount("total")}: ${amount("earned")} points, ${amount("earnedLater")} later"
        } catch (_: NotFoundException) {
            "The scanner sees no code."
        } catch (gone: IOException) {
            "The platform does not answer: ${gone.message}"
        } catch (refused: IllegalStateException) {
            val reason = refused.message.orEmpty()
            "Refused: ${Regex("\"detail\":\"([^\"]*)\"").find(reason)?.groupValues?.get(1) ?: reason}"
        }
    }

    /** Shows each text message as it comes. Does not end. */
    suspend fun watchSms() = repeatedly {
        val messages = call { sandbox.ask("GET", "/sandbox/sms") }.jsonObject.getValue("messages").jsonArray
        sms = messages.firstOrNull()?.jsonObject?.let { Sms(it.text("to"), it.text("text")) }
        delay(BLINK)
    }

    /** Hands pushes to the phone while it has a signal, as a push service does. Does not end. */
    suspend fun deliverPushes() {
        var after = 0L
        repeatedly {
            val core = phone.core
            if (!hasSignal || core == null) return@repeatedly delay(BLINK)
            val pushed = call { sandbox.pushed(Phone.PUSH_TOKEN, after, wait = 1) }
            for (data in pushed.data) {
                val outcome = core.receivePush(Push.Data(data))
                (outcome as? PushOutcome.Taken)?.notification?.let(notifications::add)
            }
            after = pushed.next
        }
    }

    override fun close() {
        phone.close()
        sandbox.close()
    }

    private fun JsonObject.text(name: String) = getValue(name).jsonPrimitive.content

    /** What fails is tried again: the sandbox is busy, or the phone opens the app anew. */
    private suspend fun repeatedly(what: suspend () -> Unit) {
        while (true) {
            try {
                what()
            } catch (_: IOException) {
                delay(BLINK)
            } catch (_: PocketcardException) {
                delay(BLINK)
            }
        }
    }

    /** Whether the platform did it. */
    private suspend fun does(what: () -> Unit): Boolean = try {
        call(what)
        true
    } catch (gone: IOException) {
        till = "The platform does not answer: ${gone.message}"
        false
    }

    private suspend fun <T> call(what: () -> T): T = runInterruptible(Dispatchers.IO, what)

    companion object {
        /** As many stores as the terminal's demo has: enough that a city has pages of them. */
        const val CHAIN = 2_000

        val HOUR: Duration = Duration.ofHours(1)
        val DAY: Duration = Duration.ofDays(1)

        /** In milliseconds: how long something may be old without anybody noticing. */
        private const val BLINK = 500L
    }
}
