package app.pocketcard.app

import app.pocketcard.CardView
import app.pocketcard.Host
import app.pocketcard.LogRecord
import app.pocketcard.LogSink
import app.pocketcard.Pocketcard
import app.pocketcard.PocketcardException
import app.pocketcard.Push
import app.pocketcard.PushOutcome
import app.pocketcard.testing.MemorySecrets
import app.pocketcard.testing.Phone
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import java.net.URI

/**
 * What an app does with the core, as a program of its own: [ShrunkCheck] has R8 shrink it under the rules that our
 * libraries bring, for a JVM, and runs it. Prints the code that a till is to take.
 */
object Shrunk {
    private class Log : LogSink {
        override fun log(record: LogRecord) = System.err.println(record)
    }

    @JvmStatic
    fun main(args: Array<String>): Unit = runBlocking {
        val (url, folder, phone) = args
        Pocketcard.open(Phone.config(url, folder), Host(MemorySecrets(), Log())).use { core ->
            core.signIn(phone)
            val messages = URI("$url/sandbox/sms?phone=${phone.replace("+", "%2B")}").toURL().readText()
            try {
                core.confirmCode("000000")
                error("any code will do")
            } catch (error: PocketcardException.Rejected) {
                System.err.println("a wrong code: ${error.reason.kind}")
            }
            core.confirmCode(messages.substringAfter("\"code\":\"").substringBefore('"'))
            core.refresh()
            val push = mapOf("message_id" to "m-1", "title" to "a", "body" to "b", "kind" to "message")
            check(core.receivePush(Push.Data(push)) is PushOutcome.Taken)
            // By the observer: a callback of the library's, on a thread of its own.
            val card = core.card.first { it is CardView.Ready } as CardView.Ready
            println(
                "points: ${core.balance.first { it.accounts.isNotEmpty() }.accounts.first().available.toPlainString()}",
            )
            println("code: ${card.code.text}")
        }
    }
}
