// For Android Studio. Not exercised here: see pom.xml, which runs the tests, too.
plugins {
    alias(libs.plugins.android.library)
    alias(libs.plugins.compose)
}

android {
    namespace = "app.pocketcard.ui"
    compileSdk = 37
    defaultConfig {
        minSdk = 26
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
    sourceSets["main"].kotlin.directories += "src/android/kotlin"
}

composeCompiler {
    stabilityConfigurationFiles.add(layout.projectDirectory.file("stability.conf"))
}

kotlin {
    explicitApi()
}

dependencies {
    api(project(":core"))
    api(libs.compose.foundation)
    implementation(libs.compose.material3)
    implementation(libs.libphonenumber)
    implementation(libs.material.color)
    testImplementation(libs.activity.compose)
    testImplementation(libs.compose.test)
    testImplementation(libs.junit4)
    testImplementation(libs.kotlin.test.junit4)
    testImplementation(libs.robolectric)
    testImplementation(libs.zxing)
}
