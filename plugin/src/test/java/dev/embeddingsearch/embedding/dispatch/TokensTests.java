/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import java.nio.charset.StandardCharsets;
import org.opensearch.test.OpenSearchTestCase;

public class TokensTests extends OpenSearchTestCase {

    private static final String CL100K = "cl100k_base";

    private final Tokens tokens = new Tokens();

    public void testCounts() {
        assertEquals(6, tokens.count(CL100K, "tiktoken is great!"));
        assertEquals(6, tokens.count("r50k_base", "tiktoken is great!"));
        assertEquals(9, tokens.count(CL100K, "お誕生日おめでとう"));
        assertEquals(14, tokens.count("r50k_base", "お誕生日おめでとう"));
    }

    public void testSpecialTokensAreOrdinaryText() {
        String text = "before <|endoftext|> after";
        assertTrue(tokens.count(CL100K, text) > 5);
        assertEquals(text, tokens.cut(CL100K, text, 100).text());
    }

    public void testCutsAtTheLimit() {
        assertEquals(new Tokens.Counted("one two three", 3), tokens.cut(CL100K, "one two three four", 3));
        assertEquals(new Tokens.Counted("one two three", 3), tokens.cut(CL100K, "one two three", 3));
    }

    public void testCutIsTheLongestBeginningOfWholeCharacters() {
        for (String alphabet : new String[] {"冰壶是一项冬季运动很有意思", "カーリングは氷上で行う競技", "👩🎉🧹🥌é", "ab \n\t.("}) {
            int[] characters = alphabet.codePoints().toArray();
            StringBuilder builder = new StringBuilder();
            for (int i = 0; i < 60; i++) {
                builder.appendCodePoint(characters[randomInt(characters.length - 1)]);
            }
            String text = builder.toString();
            int all = tokens.count(CL100K, text);
            int limit = randomIntBetween(4, all);
            Tokens.Counted cut = tokens.cut(CL100K, text, limit);
            assertTrue(text + " starts with " + cut.text(), text.startsWith(cut.text()));
            assertEquals(tokens.count(CL100K, cut.text()), cut.tokens());
            assertTrue(cut.tokens() + " of " + limit, cut.tokens() <= limit && cut.tokens() > limit - 4);
            assertEquals(
                    "no half characters",
                    cut.text(),
                    new String(cut.text().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
        }
    }

    public void testEmojiOfSeveralTokensIsLeftOutWhole() {
        int plain = tokens.count(CL100K, "sweep");
        int emoji = tokens.count(CL100K, "sweep🥌") - plain;
        assertTrue("the emoji takes several tokens", emoji > 1);
        for (int limit = plain; limit < plain + emoji; limit++) {
            assertEquals("sweep", tokens.cut(CL100K, "sweep🥌", limit).text());
        }
        assertEquals("sweep🥌", tokens.cut(CL100K, "sweep🥌", plain + emoji).text());
    }
}
