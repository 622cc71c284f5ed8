/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;

import dev.embeddingsearch.ingest.EmbeddingRule.Marking;
import dev.embeddingsearch.ingest.RuleEmbedder.Job;
import dev.embeddingsearch.ingest.RuleEmbedder.Outcome;
import dev.embeddingsearch.ingest.StoredDocuments.Stored;
import dev.embeddingsearch.mapper.FieldModel;
import dev.embeddingsearch.model.InputType;
import java.util.List;
import java.util.Map;
import org.opensearch.test.OpenSearchTestCase;

/** What holds texts says nothing of them, should it ever get into a message. */
public class HiddenTextsTests extends OpenSearchTestCase {

    public void testNothingThatHoldsATextSaysIt() {
        EmbeddingRule rule = new EmbeddingRule(
                "v", List.of("a"), new FieldModel("default", null, 0, InputType.TEXT), true, true, Marking.NONE);
        Job<String> job = Job.of(rule);
        job.add("1", "my secret diary");
        Stored stored = new Stored(Map.of("a", "my secret diary"), null);
        String told = job + " " + new Outcome<>(job, "tiny-1", List.of(), null) + " " + stored;
        assertThat(told, not(containsString("secret")));
        assertThat(told, containsString("texts=1"));
    }
}
