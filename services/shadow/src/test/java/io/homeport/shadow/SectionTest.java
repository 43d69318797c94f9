package io.homeport.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/// Merging and differences. Sources: [D] AWS IoT developer guide, "Device Shadow service
/// documents"; [F] "Interacting with shadows"; [G] behaviour of AWS's own shadow manager component
/// of Greengrass; [H] ours, for want of a source. `-` stands for no section.
class SectionTest {
    private static final long BEFORE = 100;
    private static final long NOW = 200;

    private static ObjectNode object(String text) {
        return (ObjectNode) ShadowFixture.json(text);
    }

    private static @Nullable Section section(String state) {
        return state.equals("-") ? null : Section.merge(null, object(state), BEFORE);
    }

    private static String state(@Nullable Section section) {
        return section == null ? "-" : section.state().toString().replace('"', '\'');
    }

    private static String metadata(@Nullable Section section) {
        return section == null
                ? "-"
                : section.metadata()
                        .toString()
                        .replace('"', '\'')
                        .replaceAll("\\{'timestamp':(\\d+)}", "$1");
    }

    @ParameterizedTest(name = "[{4}] {0} with {1} is {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    -                       | {'a':1}                 | {'a':1}                 | {'a':200}               | D, "affects only the fields"
                    {'a':1,'b':2}           | {'b':3}                 | {'a':1,'b':3}           | {'a':100,'b':200}       | D, "affects only the fields"
                    {'a':{'x':1,'y':2}}     | {'a':{'y':3}}           | {'a':{'x':1,'y':3}}     | {'a':{'x':100,'y':200}} | D, "affects only the fields"
                    {'a':1,'b':2}           | {'b':null}              | {'a':1}                 | {'a':100}               | F, "Deleting a property"
                    {'a':{'x':1,'y':2}}     | {'a':{'y':null}}        | {'a':{'x':1}}           | {'a':{'x':100}}         | F, "Deleting a property"
                    {'a':1}                 | {'a':null}              | -                       | -                       | D, "becomes null, it is removed"
                    {'a':1}                 | {'b':null}              | {'a':1}                 | {'a':100}               | F, "Deleting a property"
                    {'a':[1,2,3]}           | {'a':[1]}               | {'a':[1]}               | {'a':[200]}             | D, "Array values"
                    {'a':1}                 | {'a':[1,{'x':2}]}       | {'a':[1,{'x':2}]}       | {'a':[200,{'x':200}]}   | G, arrays have an array of times
                    {'a':1}                 | {'a':{'x':2}}           | {'a':{'x':2}}           | {'a':{'x':200}}         | G, the request's type wins
                    {'a':{'x':2}}           | {'a':1}                 | {'a':1}                 | {'a':200}               | G, the request's type wins
                    {'a':1}                 | {'a':1}                 | {'a':1}                 | {'a':200}               | D, "when they were updated"
                    -                       | {'a':{'x':null}}        | -                       | -                       | G, nothing but nulls leaves nothing
                    -                       | {'a':{'x':null,'y':1}}  | {'a':{'y':1}}           | {'a':{'y':200}}         | G, no null is stored
                    {'a':1}                 | {'b':{}}                | {'a':1,'b':{}}          | {'a':100,'b':{}}        | H
                    {'a':{'x':1}}           | {'a':{'x':null}}        | {'a':{}}                | {'a':{}}                | G
                    {'timestamp':1}         | {'x':{'timestamp':2}}   | {'timestamp':1,'x':{'timestamp':2}} | {'timestamp':100,'x':{'timestamp':200}} | H, no name is special
                    -                       | {}                      | -                       | -                       | D, "can be empty"
                    """)
    void anUpdateIsMerged(String before, String patch, String after, String times, String source) {
        Section merged = Section.merge(section(before), object(patch), NOW);
        assertThat(state(merged)).isEqualTo(after);
        assertThat(metadata(merged)).isEqualTo(times);
    }

    @Test
    void mergingChangesNeitherTheOldSectionNorTheRequest() {
        Section old = section("{'a':{'x':1},'b':2}");
        ObjectNode patch = object("{'a':{'y':{'z':null}},'b':null,'c':{'d':[1]}}");
        Section.merge(old, patch, NOW);
        assertThat(state(old)).isEqualTo("{'a':{'x':1},'b':2}");
        assertThat(patch).isEqualTo(object("{'a':{'y':{'z':null}},'b':null,'c':{'d':[1]}}"));
    }

    @ParameterizedTest(name = "[{3}] {0} and {1} differ by {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {'color':'RED','state':'STOP'} | {'color':'GREEN','engine':'ON'} | {'color':'RED','state':'STOP'} | D, "Delta state"
                    {'l':{'c':{'r':255,'g':255}}}  | {'l':{'c':{'r':255,'g':0}}}     | {'l':{'c':{'g':255}}}          | D, "the path all the way to the root"
                    {'a':[1,2]}                    | {'a':[1]}                       | {'a':[1,2]}                    | D, "Arrays are treated like values"
                    {'a':[1,2.0]}                  | {'a':[1.0,2]}                   | -                              | G, numbers are compared by value
                    {'a':1.0}                      | {'a':1}                         | -                              | G, numbers are compared by value
                    {'a':'1'}                      | {'a':1}                         | {'a':'1'}                      | H
                    {'a':1}                        | {'a':1,'b':2}                   | -                              | D, "not in the desired section"
                    {'a':1}                        | -                               | {'a':1}                        | D, "not in the reported section"
                    -                              | {'a':1}                         | -                              | D, "not in the desired section"
                    {'a':{'x':1}}                  | {'a':5}                         | {'a':{'x':1}}                  | H
                    {'a':5}                        | {'a':{'x':1}}                   | {'a':5}                        | H
                    {'a':{}}                       | {'a':5}                         | -                              | G, an empty object wants nothing
                    {'a':{}}                       | -                               | -                              | G, an empty object wants nothing
                    {'a':{'x':{},'y':1}}           | -                               | {'a':{'y':1}}                  | H
                    {'a':[{'x':1,'y':2}]}          | {'a':[{'y':2,'x':1}]}           | -                              | H, members have no order
                    """)
    void theDeltaIsWhatIsDesiredAndNotReported(
            String desired, String reported, String delta, String source) {
        assertThat(state(Section.delta(section(desired), section(reported)))).isEqualTo(delta);
    }

    // "Delta state": its metadata is that of the desired section.
    @Test
    void theDeltasTimesAreThoseOfTheDesiredSection() {
        Section desired =
                Section.merge(section("{'a':{'x':1,'y':2},'b':[1]}"), object("{'a':{'y':3}}"), NOW);
        Section delta = Section.delta(desired, section("{'a':{'x':1}}"));
        assertThat(metadata(delta)).isEqualTo("{'a':{'y':200},'b':[100]}");
    }
}
