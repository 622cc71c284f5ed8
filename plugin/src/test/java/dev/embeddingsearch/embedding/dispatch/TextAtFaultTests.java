/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.lessThan;

import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.InputRefusedException;
import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.testkit.Call;
import dev.embeddingsearch.testkit.Reply;
import dev.embeddingsearch.testkit.TextVectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.opensearch.core.rest.RestStatus;

/** A text that the service cannot take, in all ways to say so, costs nobody but itself. */
public class TextAtFaultTests extends EmbeddingClientTestCase {

    private static final String GUILTY = "the guilty text";
    private static final List<String> ENTRIES_WITHOUT_A_VECTOR = List.of(
            "null",
            "[]",
            "{}",
            "[\"x\"]",
            "[0" + ",0".repeat(1535) + "]",
            "[NaN" + ",0.5".repeat(1535) + "]",
            "[Infinity" + ",0.5".repeat(1535) + "]");

    private static List<String> texts(int count) {
        return IntStream.range(0, count).mapToObj(i -> "text " + i).toList();
    }

    private static List<String> withGuilty(int count) {
        List<String> texts = new ArrayList<>(texts(count));
        texts.add(randomInt(count), GUILTY);
        return texts;
    }

    private void failGuilty(Function<Call, Reply> failure) {
        service.script(asked -> asked.inputs().contains(GUILTY) ? failure.apply(asked) : service.vectors(asked));
    }

    private List<EmbeddingResult> embed(EmbeddingClient client, List<String> texts) {
        service.forgetCalls();
        return embed(client, texts.toArray(String[]::new));
    }

    private static EmbeddingException assertOnlyGuiltyFails(List<String> texts, List<EmbeddingResult> results) {
        EmbeddingException failure = null;
        for (int i = 0; i < texts.size(); i++) {
            if (texts.get(i).equals(GUILTY)) {
                failure = (EmbeddingException) results.get(i).failure();
            } else {
                assertVector(texts.get(i), 1536, results.get(i));
            }
        }
        assertNotNull("the guilty text has a vector", failure);
        assertEquals(RestStatus.BAD_REQUEST, failure.status());
        assertThat(failure, instanceOf(InputRefusedException.class));
        return failure;
    }

    /** A reply with {@code entry} in place of the guilty text's vector, or without an entry where it is null. */
    private Reply vectorsBut(Call asked, String entry) {
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < asked.inputs().size(); i++) {
            String text = asked.inputs().get(i);
            String embedding = text.equals(GUILTY) ? entry : Arrays.toString(TextVectors.of(text, 1536));
            if (embedding != null) {
                entries.add("{\"index\":" + i + ",\"embedding\":" + embedding + "}");
            }
        }
        return Reply.json(200, "{\"data\":[" + String.join(",", entries) + "]}");
    }

    public void testTextThatFailsTheModelFailsAlone() {
        for (int status : new int[] {500, 424}) {
            failGuilty(asked -> Reply.error(status, "e", "input is too large to process"));
            List<String> texts = withGuilty(31);
            String message = assertOnlyGuiltyFails(texts, embed(client("max_retries", "2"), texts))
                    .getMessage();
            assertThat(message, containsString("answered [" + status + "] [e]: input is too large to process"));
            assertThat(message, containsString("it answers for other texts, so this one is the cause"));
            assertThat(
                    "three attempts, the harmless text, ten halves, two more",
                    service.calls().size(),
                    lessThan(18));
            delays.clear();
        }
    }

    public void testReplyThatIsNoneFailsTheTextAlone() {
        for (String reply : List.of("<html>", "{}", "{\"object\":\"error\",\"message\":\"no\"}", "{\"data\":[]}")) {
            failGuilty(asked -> Reply.json(200, reply));
            List<String> texts = withGuilty(8);
            assertOnlyGuiltyFails(texts, embed(client(), texts));
        }
    }

    public void testGoodEntriesOfAReplyAreKeptAndTheOtherIsAskedOnceMore() {
        List<String> bad = new ArrayList<>(ENTRIES_WITHOUT_A_VECTOR);
        bad.add(null);
        for (String entry : bad) {
            failGuilty(asked -> vectorsBut(asked, entry));
            List<String> texts = withGuilty(9);
            EmbeddingException failure = assertOnlyGuiltyFails(texts, embed(client(), texts));
            assertThat(failure.getMessage(), containsString("sent a reply that cannot be used: "));
            assertEquals(String.valueOf(entry), 2, service.calls().size());
            assertEquals(List.of(GUILTY), service.calls().getLast().inputs());
        }
    }

    public void testEntryThatIsThereTheSecondTimeIsTaken() {
        AtomicInteger count = new AtomicInteger();
        failGuilty(asked -> count.incrementAndGet() > 1 ? service.vectors(asked) : vectorsBut(asked, "null"));
        List<String> texts = withGuilty(3);
        List<EmbeddingResult> results = embed(client(), texts);
        for (int i = 0; i < texts.size(); i++) {
            assertVector(texts.get(i), 1536, results.get(i));
        }
    }

    public void testLoneTextIsToldFromAServiceThatFails() {
        failGuilty(asked -> Reply.error(500, "e", "NaN in the output"));
        assertOnlyGuiltyFails(List.of(GUILTY), embed(client("max_retries", "2"), List.of(GUILTY)));
        assertEquals("three attempts and the harmless text", 4, service.calls().size());

        failGuilty(asked -> vectorsBut(asked, randomFrom(ENTRIES_WITHOUT_A_VECTOR)));
        assertOnlyGuiltyFails(List.of(GUILTY), embed(client(), List.of(GUILTY)));

        service.script(asked -> Reply.error(500, "e", "out of memory"));
        EmbeddingException failure = (EmbeddingException)
                embed(client("max_retries", "2"), List.of(GUILTY)).getFirst().failure();
        assertEquals(RestStatus.SERVICE_UNAVAILABLE, failure.status());
        assertTrue(failure.retryable());
    }

    public void testWhatStandsBeforeTheServiceIsNoTextsFault() {
        for (int status : new int[] {502, 503, 504, 529}) {
            failGuilty(asked -> Reply.error(status, "e", "busy"));
            for (EmbeddingResult result : embed(client("max_retries", "1"), withGuilty(4))) {
                assertEquals(RestStatus.SERVICE_UNAVAILABLE, ((EmbeddingException) result.failure()).status());
            }
            assertEquals(
                    "neither halved nor with a harmless text",
                    2,
                    service.calls().size());
        }
    }

    public void testTextsAtFaultNeverOpenTheBreaker() {
        failGuilty(asked -> randomBoolean()
                ? Reply.error(500, "e", "no")
                : vectorsBut(asked, randomFrom(ENTRIES_WITHOUT_A_VECTOR)));
        EmbeddingClient client = client("breaker_failures", "10", "max_retries", "5");
        for (int i = 0; i < 10; i++) {
            List<String> texts = randomBoolean() ? List.of(GUILTY) : withGuilty(randomInt(5));
            assertOnlyGuiltyFails(texts, embed(client, texts));
            assertEquals("closed", client.status().get("default").breaker());
        }
    }

    public void testServiceThatFailsForAllTextsIsDownAfterAsManyFailures() {
        service.script(asked -> Reply.error(500, "e", "down"));
        EmbeddingClient client = client("breaker_failures", "4", "max_retries", "100", "breaker_pause", "7s");
        EmbeddingException failure =
                (EmbeddingException) embed(client, texts(1)).getFirst().failure();
        assertEquals(RestStatus.SERVICE_UNAVAILABLE, failure.status());
        assertThat(failure.getMessage(), containsString("is not called for now: "));
        assertThat("four of the text's own, and a harmless one", service.calls().size(), lessThan(10));
    }

    public void testNumberOfInputsThatIsTakenIsLearned() {
        service.script(asked -> asked.inputs().size() > 32
                ? Reply.error(randomFrom(400, 413, 422), "e", "batch size > maximum allowed batch size 32")
                : service.vectors(asked));
        EmbeddingClient client = client("max_batch_inputs", "64");
        embed(client, texts(64)).forEach(result -> assertNull(result.failure()));
        assertEquals(
                "the batch, the harmless text and two halves",
                4,
                service.calls().size());
        embed(client, texts(96)).forEach(result -> assertNull(result.failure()));
        assertEquals("three of 32", 3, service.calls().size());
    }

    public void testSizeIsNotLearnedFromATextAtFault() {
        failGuilty(asked -> Reply.error(400, "e", "no"));
        EmbeddingClient client = client();
        List<String> texts = withGuilty(63);
        assertOnlyGuiltyFails(texts, embed(client, texts));
        embed(client, texts(64));
        assertEquals(1, service.calls().size());
    }

    public void testLearnedSizeHoldsForAnHourAndOneService() {
        ManualTime time = new ManualTime();
        AcceptedSizes sizes = new AcceptedSizes(time::nanos);
        EmbeddingModel here = models().get("default");
        assertEquals(Integer.MAX_VALUE, sizes.of(here));
        sizes.learn(here, 32);
        assertEquals(32, sizes.of(here));
        assertEquals(32, sizes.of(models("timeout", "3s").get("default")));
        assertEquals(Integer.MAX_VALUE, sizes.of(models("id", "other").get("default")));
        time.advance(3_600_000);
        assertEquals(Integer.MAX_VALUE, sizes.of(here));
    }

    public void testStatusesThatPassAreAskedAgainAndAnEmptyAccountIsNot() {
        for (int status : new int[] {408, 409, 425}) {
            AtomicInteger count = new AtomicInteger();
            service.script(
                    asked -> count.incrementAndGet() == 1 ? Reply.error(status, "e", "later") : service.vectors(asked));
            assertVector("a", 1536, embed(client(), List.of("a")).getFirst());
            assertEquals(2, service.calls().size());
        }
        service.forgetCalls();
        service.script(asked -> Reply.error(402, "e", "Insufficient Balance"));
        EmbeddingException failure = failure(client(), "a");
        assertEquals(RestStatus.SERVICE_UNAVAILABLE, failure.status());
        assertThat(failure.getMessage(), containsString("Insufficient Balance; the account's quota is used up"));
        assertEquals(1, service.calls().size());
    }

    public void testSeveralGuiltyTextsAreAllFound() {
        List<String> texts = texts(100);
        Set<String> guilty = Set.copyOf(randomSubsetOf(randomIntBetween(1, 6), texts));
        service.script(asked -> asked.inputs().stream().anyMatch(guilty::contains)
                ? Reply.error(500, "e", "no")
                : service.vectors(asked));
        List<EmbeddingResult> results = embed(client("max_retries", "1", "breaker_failures", "2"), texts);
        for (int i = 0; i < texts.size(); i++) {
            assertEquals(
                    texts.get(i), guilty.contains(texts.get(i)), results.get(i).failure() != null);
        }
    }
}
