package app.pocketcard.platform

import app.pocketcard.testing.assertApiIsRecorded
import kotlin.test.Test

class ApiTest {
    @Test
    fun `what an app may call is as recorded`() = assertApiIsRecorded("platform.api")
}
