package io.homeport.sql;

/// The two ways of having no value (iot-sql-data-types): Null is JSON's null, Undefined is not
/// there at all. Apart from {@link Value}, whose initialization it must not need.
enum Absent implements Value {
    NULL,
    UNDEFINED
}
