/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import com.carrotsearch.randomizedtesting.ThreadFilter;

/** OkHttp and Okio keep one static daemon thread each for a minute of idleness; no client owns or can end them. */
public final class OkHttpThreadFilter implements ThreadFilter {

    @Override
    public boolean reject(Thread thread) {
        return thread.getName().startsWith("OkHttp TaskRunner")
                || thread.getName().startsWith("OkHttp ConnectionPool") // the same one, named after its last task
                || thread.getName().startsWith("OkHttp connect ")
                || thread.getName().equals("Okio Watchdog");
    }
}
