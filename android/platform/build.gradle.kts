// For Android Studio. Not exercised here: see pom.xml, which runs the tests, too.
plugins {
    alias(libs.plugins.android.library)
}

android {
    namespace = "app.pocketcard.platform"
    compileSdk = 34
    defaultConfig {
        minSdk = 26
        consumerProguardFiles("consumer-rules.pro")
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
}

kotlin {
    explicitApi()
}

dependencies {
    api(project(":core"))
    compileOnly(libs.firebase.messaging)
    testImplementation(libs.firebase.messaging)
    testImplementation(libs.junit4)
    testImplementation(libs.kotlin.test.junit4)
    testImplementation(libs.robolectric)
    testImplementation(libs.serialization.json)
    testImplementation(libs.zxing)
}
