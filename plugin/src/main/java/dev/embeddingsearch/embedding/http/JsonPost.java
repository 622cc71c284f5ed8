/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import dev.embeddingsearch.model.ApiKey;
import dev.embeddingsearch.model.Provider;
import java.util.Optional;
import okhttp3.HttpUrl;
import okhttp3.RequestBody;
import org.opensearch.common.unit.TimeValue;

/**
 * One request for {@link ServiceHttp}: a JSON body, where to post it and with which key.
 *
 * @param provider decides which header carries the key
 * @param key the model's key on this node; without one the request carries no key
 * @param timeout for the whole call, from connecting to the last byte of the response
 */
record JsonPost(HttpUrl url, Provider provider, Optional<ApiKey> key, RequestBody body, TimeValue timeout) {}
