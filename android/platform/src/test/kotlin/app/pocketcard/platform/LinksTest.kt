package app.pocketcard.platform

import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.os.Parcel
import android.os.Parcelable
import app.pocketcard.Route
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import kotlin.test.assertEquals
import kotlin.test.assertNull

@RunWith(RobolectricTestRunner::class)
class LinksTest {
    @get:Rule val real = RealCore()

    private fun view(link: String) = Intent(Intent.ACTION_VIEW, Uri.parse(link))

    private fun Intent.route() = real.core.openIntent(this)

    @Test
    fun `links of ours lead to their screens, also from the web`() {
        assertEquals(Route.Card, view("pocketcard://card").route())
        assertEquals(Route.Store(12), view("https://loyalty.example/stores/12?utm=x").route())
        assertEquals(Route.Message("31"), view("pocketcard://inbox/31").route())
    }

    @Test
    fun `links of others lead nowhere, however they are written`() {
        val links =
            listOf(
                "https://stranger.example/offers/7",
                "http://loyalty.example/offers/7",
                "https://loyalty.example@stranger.example/offers/7",
                "intent://offers/7#Intent;scheme=pocketcard;end",
                "javascript:alert(1)",
                "content://app.pocketcard/secrets",
                "file:///data/data/x",
                "mailto:a@b",
                "pocketcard:",
                "pocketcard://card\u0000",
                "pocketcard://card/\uD800",
                "pocketcard://" + "offers/".repeat(100_000),
                "%",
                "",
            )
        for (link in links) assertNull(view(link).route(), link.take(60))
        assertNull(real.core.openIntent(null))
        assertNull(Intent().route())
        assertNull(Intent(Intent.ACTION_MAIN).setData(Uri.parse("pocketcard://card")).route())
    }

    @Test
    fun `a link is followed once, not again from the list of recent apps`() {
        assertNull(view("pocketcard://card").addFlags(Intent.FLAG_ACTIVITY_LAUNCHED_FROM_HISTORY).route())
    }

    @Test
    fun `no extra is read, of whatever type`() {
        val hostile =
            view("pocketcard://card")
                .putExtra("message", 7)
                .putExtra("link", Uri.parse("file:///"))
                .putExtra("bundle", Bundle().apply { putParcelable("self", view("pocketcard://balance")) })
                .putExtra("bytes", ByteArray(1 shl 16))
                .putExtra("bomb", Bomb())
        assertEquals(Route.Card, hostile.route())
        // As it comes from another app: its class is none that this one has.
        assertEquals(Route.Card, hostile.apply { setExtrasClassLoader(Uri::class.java.classLoader) }.route())
    }

    /** Goes off when it is written or read. */
    private class Bomb : Parcelable {
        override fun describeContents(): Int = 0

        override fun writeToParcel(dest: Parcel, flags: Int): Unit = throw IllegalStateException("written")
    }
}
