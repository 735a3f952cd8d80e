package app.pocketcard

import app.pocketcard.testing.assertApiIsRecorded
import kotlin.test.Test

class ApiTest {
    @Test
    fun `the facade, and the values that are generated, are as recorded`() =
        assertApiIsRecorded("core.api", listOf("target/classes", "../ffi/target/classes"), HOW_IT_IS_DONE)
}

/** The generated code's own business, which Kotlin gives it no way to keep to itself. */
private val HOW_IT_IS_DONE =
    listOf(
        "FfiConverter**",
        "Uniffi**",
        "uniffi**",
        "RustBuffer**",
        "ForeignBytes**",
        "PocketcardKt",
        "NoHandle",
        "*Impl**",
        "Loyalty**",
        "Observer**",
        "Subscription**",
        "Disposable**",
        "InternalException",
        "*\$Companion",
    )
