package app.pocketcard.platform

import android.app.Activity
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import kotlinx.coroutines.launch

/**
 * Where a tap on a notification leads first: tells the core, opens the app's screen, and is gone before it is seen. Not
 * exported: no other app can say that a message was opened.
 */
internal class OpenedActivity : Activity() {
    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        val opened = intent.data?.takeIf { it.scheme == SCHEME && it.isHierarchical }
        opened?.getQueryParameter(MESSAGE)?.let { message ->
            val app = applicationContext
            background.launch { app.quietly("to say that a message was opened") { it.pushOpened(message) } }
        }
        val screen = Intent(this, pocketcardApp().screen)
        screen.flags =
            Intent.FLAG_ACTIVITY_NEW_TASK or Intent.FLAG_ACTIVITY_CLEAR_TOP or Intent.FLAG_ACTIVITY_SINGLE_TOP
        opened?.getQueryParameter(LINK)?.let { screen.setAction(Intent.ACTION_VIEW).setData(Uri.parse(it)) }
        startActivity(screen)
        finish()
    }

    companion object {
        private const val SCHEME = "app.pocketcard.opened"
        private const val MESSAGE = "message"
        private const val LINK = "link"

        fun uri(message: String?, link: String?): Uri = Uri
            .Builder()
            .scheme(SCHEME)
            .authority("notification")
            .apply {
                message?.let { appendQueryParameter(MESSAGE, it) }
                link?.let { appendQueryParameter(LINK, it) }
            }.build()
    }
}
