/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import static org.junit.Assert.assertEquals;

import org.junit.Test;

public class FunctionNameTests {

    @Test
    public void testNamesFollowTheirKeyword() {
        assertEquals("with_tax", FunctionName.in("def with_tax(price):\n    return f(price)"));
        assertEquals("empty?", FunctionName.in("def empty? ( ) @size == 0 end"));
        assertEquals("build", FunctionName.in("def self . build ( x ) end"));
        assertEquals("$get", FunctionName.in("public function $get ( a ) { }"));
        assertEquals("SetSize", FunctionName.in("func ( v * Validate ) SetSize ( int ) { }"));
        assertEquals("main", FunctionName.in("func main() { run() }"));
    }

    @Test
    public void testWithoutKeywordTheyPrecedeTheFirstParenthesis() {
        assertEquals("pop", FunctionName.in("public synchronized int pop ( ) { return items [ -- size ] ; }"));
        assertEquals("pop", FunctionName.in("@ SuppressWarnings ( \"all\" ) int pop ( ) { }"));
        assertEquals("", FunctionName.in("x = 1"));
    }
}
