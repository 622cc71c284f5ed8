/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.model.EmbeddingModel.Limits;
import dev.embeddingsearch.model.Models;
import org.opensearch.common.settings.Settings;

/** The limits of a model with these settings, the rest at their defaults. */
final class TestLimits {

    private TestLimits() {}

    static Limits of(Object... pairs) {
        Settings.Builder settings = Settings.builder().put("embedding.model.default.url", "https://api.openai.com/v1");
        for (int i = 0; i < pairs.length; i += 2) {
            settings.put("embedding.model.default." + pairs[i], pairs[i + 1].toString());
        }
        return new Models(settings.build()).get(Models.DEFAULT).limits();
    }
}
