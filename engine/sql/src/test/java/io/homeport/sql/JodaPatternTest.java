package io.homeport.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Joda-Time's DateTimeFormat: one row for each letter of its table, and what its text says on
/// counts of letters.
class JodaPatternTest {
    /// A Sunday of week 53 of 2020, which calls itself 2021.
    private static final ZonedDateTime TIME =
            ZonedDateTime.of(2021, 1, 3, 0, 7, 9, 45_000_000, ZoneId.of("America/Los_Angeles"));

    private static final ZonedDateTime AFTERNOON = TIME.withHour(15).withMonth(9);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "G | AD",
                "C | 20",
                "CCC | 020",
                "YYYY | 2021",
                "YY | 21",
                "yyyy | 2021",
                "y | 2021",
                "yyyyy | 02021",
                "yy | 21",
                "xxxx | 2020",
                "xx | 20",
                "w | 53",
                "e | 7",
                "E | Sun",
                "EEE | Sun",
                "EEEE | Sunday",
                "D | 3",
                "DDD | 003",
                "M | 1",
                "MM | 01",
                "MMM | Jan",
                "MMMM | January",
                "d | 3",
                "dd | 03",
                "a | AM",
                "K | 0",
                "h | 12",
                "hh | 12",
                "H | 0",
                "HH | 00",
                "k | 24",
                "m | 7",
                "mm | 07",
                "s | 9",
                "ss | 09",
                "S | 0",
                "SSS | 045",
                "SSSSSSSSSSS | 04500000000",
                "z | PST",
                "zzzz | Pacific Standard Time",
                "Z | -0800",
                "ZZ | -08:00",
                "ZZZ | America/Los_Angeles",
                "yyyy-MM-dd'T'HH:mm:ss.SSSZZ | 2021-01-03T00:07:09.045-08:00",
                "hh 'o''clock' a | 12 o'clock AM",
                "'' | '",
                "'open | open",
                "d.M.yyyy, H:mm! | 3.1.2021, 0:07!",
            })
    void aLetterMeansWhatJodaTimeSays(String pattern, String text) {
        assertThat(JodaPattern.formatter(pattern).format(TIME)).isEqualTo(text);
    }

    @Test
    void theAfternoonHasItsOwnHours() {
        assertThat(JodaPattern.formatter("K h H k a MMM z").format(AFTERNOON))
                .isEqualTo("3 3 15 15 PM Sep PDT");
    }

    @Test
    void yearsBeforeTheEraAreNegativeOrOfTheEra() {
        ZonedDateTime early = TIME.withYear(-43);
        assertThat(JodaPattern.formatter("yyyy YYYY G").format(early)).isEqualTo("-0043 0044 BC");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "b", "yyyy-QQ", "L"})
    void whatIsNoLetterIsRefused(String pattern) {
        assertThatThrownBy(() -> JodaPattern.formatter(pattern))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
