package app.pocketcard.app

import android.content.ComponentCallbacks2
import android.graphics.Bitmap
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasText
import app.pocketcard.testing.Sandbox
import org.junit.After
import org.junit.Test
import java.awt.Color
import java.awt.image.BufferedImage
import java.net.ServerSocket
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/** Pictures that the platform names by URL. */
class PicturesJourneyTest : Journey() {
    private val server = PictureServer()

    @After
    fun closeServer() = server.close()

    private val kept get() = app.cacheDir.resolve("pictures")

    /** How many pixels of the screen have the colour. */
    private fun count(colour: Color): Int {
        val screen: Bitmap = screen()
        val pixels = IntArray(screen.width * screen.height)
        screen.getPixels(pixels, 0, screen.width, 0, 0, screen.width, screen.height)
        return pixels.count { it == colour.rgb }
    }

    private fun waitForPicture(colour: Color, pixels: Int) = compose.waitUntil(TIMEOUT) { count(colour) > pixels }

    private fun offer(id: Int, picture: String) = sandbox.ask(
        "POST",
        "/sandbox/offers",
        """{"id": $id, "title": "Brunch $id", "imageUrl": "$picture", "rules": {"benefit": {"points": 10}}}""",
    )

    @Test
    fun `an offer's picture is in its row and on its page, also without a signal, and goes with the member`() {
        sandbox.member(PHONE)
        offer(BRUNCH, server.serve("/brunch.png", PictureServer.picture(Color.MAGENTA)))
        signIn(PHONE)
        open()
        tap("Offers")
        reach(TITLE)
        waitForPicture(Color.MAGENTA, ROW)
        tap(TITLE)
        waitForPicture(Color.MAGENTA, PAGE)
        assertEquals(1, server.asked.size, "asked for once")
        val (_, headers) = server.asked.single()
        val said = headers.keys.map { it.lowercase() }.toSet()
        assertEquals(emptySet(), said - setOf("accept", "connection", "host", "user-agent"), "nothing of the member")
        assertTrue(kept.exists())

        sandbox.cutOff()
        server.close()
        app.onTrimMemory(ComponentCallbacks2.TRIM_MEMORY_COMPLETE)
        begunAnew()
        tap("Offers")
        reach(TITLE)
        waitForPicture(Color.MAGENTA, ROW)

        tap("More")
        tap("Settings")
        tap("Sign out")
        confirm("Sign out")
        waitFor(hasText("Sign in") and hasClickAction())
        compose.waitUntil(TIMEOUT) { !kept.exists() }
        assertEquals(0L, app.pictures.loader.memoryCache?.size)
    }

    @Test
    fun `what is no picture leaves the sign of its place, and nothing else is broken by it`() {
        sandbox.member(PHONE)
        val good = server.serve("/good.png", PictureServer.picture(Color.GREEN))
        val halved = PictureServer.picture(Color.MAGENTA).let { it.copyOf(it.size / 2) }
        offer(BRUNCH, server.url("/gone.png"))
        offer(BRUNCH + 1, server.serve("/noise.png", ByteArray(50_000) { (it * it).toByte() }))
        offer(BRUNCH + 2, server.serve("/halved.png", halved))
        offer(BRUNCH + 3, server.serve("/empty.png", ByteArray(0)))
        offer(
            BRUNCH + 4,
            server.answer("/endless.png") {
                it.sendResponseHeaders(200, 0)
                while (true) it.responseBody.write(ByteArray(1 shl 16))
            },
        )
        offer(
            BRUNCH + 5,
            server.answer("/elsewhere.png") {
                it.responseHeaders.add("Location", "http://localhost:${plain.localPort}/a.png")
                it.sendResponseHeaders(302, -1)
            },
        )
        offer(BRUNCH + 6, "http://localhost:${plain.localPort}/b.png")
        offer(
            BRUNCH + 7,
            "file://${app.filesDir.apply { mkdirs() }.resolve(
                "own.png",
            ).apply { writeBytes(PictureServer.picture(Color.MAGENTA)) }}",
        )
        offer(BRUNCH + 8, good)
        signIn(PHONE)
        open()
        tap("Offers")
        for (id in BRUNCH..BRUNCH + 7) {
            reach("Brunch $id")
            compose.waitForIdle()
        }
        reach("Brunch ${BRUNCH + 8}")
        waitForPicture(Color.GREEN, ROW)
        val paths =
            setOf("/gone.png", "/noise.png", "/halved.png", "/empty.png", "/endless.png", "/elsewhere.png", "/good.png")
        compose.waitUntil(TIMEOUT) { server.asked.map { it.first }.toSet() == paths }
        // Another day it is there.
        server.serve("/gone.png", PictureServer.picture(Color.BLUE))
        open("pocketcard://offers/$BRUNCH")
        waitForPicture(Color.BLUE, PAGE)
    }

    private val plain = ServerSocket(0)

    @Volatile
    private var isAskedWithoutEncryption = false
    private val listener = Thread {
        runCatching { plain.accept().use { isAskedWithoutEncryption = true } }
    }.apply { start() }

    @After
    fun closePlain() {
        plain.close()
        listener.join()
        assertFalse(isAskedWithoutEncryption)
    }

    @Test
    fun `a picture of a hundred million pixels takes no more memory than its place`() {
        sandbox.member(PHONE)
        val huge = PictureServer.picture(Color.WHITE, 10_000, 10_000, BufferedImage.TYPE_BYTE_BINARY)
        offer(BRUNCH, server.serve("/huge.png", huge))
        signIn(PHONE)
        open("pocketcard://offers/$BRUNCH")
        waitForPicture(Color.WHITE, PAGE)
        val most = screen().run { width * width * 4L }
        val size = checkNotNull(app.pictures.loader.memoryCache).size
        assertTrue(size in 1..most, "$size bytes")
    }

    @Test
    fun `a message's picture is on its page`() {
        val member = sandbox.member(PHONE)
        val url = server.serve("/coffee.jpg", PictureServer.picture(Color.CYAN))
        sandbox.ask(
            "POST",
            "/sandbox/pushes",
            """{"to": {"member": $member}, "title": "Coffee for two", "body": "Bring a friend", "image": "$url"}""",
        )
        signIn(PHONE)
        open("pocketcard://inbox")
        waitForPicture(Color.CYAN, ROW)
        tap("Coffee for two")
        waitForPicture(Color.CYAN, PAGE)
    }

    private companion object {
        const val BRUNCH = 4711
        const val TITLE = "Brunch $BRUNCH"

        /** Pixels of a place of 64 dp, but for its corners, at two pixels a dp. */
        const val ROW = 15_000

        /** Of one of 200 dp and the width of the page. */
        const val PAGE = 250_000
    }
}
