@saga
Feature: A trip is booked as a whole, or not at all
  A travel agency books hotel, flight and car. When a booking fails, the earlier ones are cancelled in reverse order.

  Rule: The first version forgets the trip on its way back

    Background:
      Given the state machine "../scenarios/trip-saga/flawed.asl.json"

    Scenario: Throttling of a booking is retried with growing pauses
      When BookFlight is throttled as often as its retries survive
      Then BookFlight is attempted 4 times
      And the retries of BookFlight wait 2, 4 and 8 seconds
      And the execution succeeds

    Scenario: Without a flight the hotel is cancelled
      When BookFlight fails with NoSeatLeft
      Then BookFlight catches NoSeatLeft and goes to CancelFlight
      And the states CancelFlight and CancelHotel are entered in this order
      And the work of BookHotel is undone by CancelHotel
      And the execution fails with TripFailed

    Scenario: Without a car everything stays booked
      The catcher has no ResultPath, so that the failure replaces the input, and no trip id is left.
      When BookCar fails with NoCarAvailable
      Then the input of CancelCar has:
        | $.Error  | "NoCarAvailable" |
      And the execution fails with States.Runtime
      And the cause contains "$.tripId"
      And CancelHotel is never entered
      And there is a high finding of handler-loses-input at BookCar

    Scenario: One throttled cancellation ends the chain
      When BookFlight fails with NoSeatLeft
      And CancelFlight is throttled once
      Then the execution fails with Lambda.TooManyRequestsException
      And CancelHotel is never entered
      And there is a high finding of handler-fails at CancelFlight

    @slow
    Scenario: What the agency intends does not hold
      The intents beside the definition say that every failed booking leads through CancelHotel to TripFailed.
      When everything that can go wrong goes wrong
      Then there is a critical finding of intent at BookCar

  Rule: The repaired version keeps the trip, and goes on whatever happens

    Background:
      Given the state machine "../scenarios/trip-saga/repaired.asl.json"

    Scenario Outline: A failed <booking> is undone from <first> on
      When <booking> fails with <error>
      Then <booking> catches <error> and goes to <first>
      And the states <first> and CancelHotel are entered in this order
      And the input of AlertAgents at $.failure.Error is "<error>"
      And the execution fails with TripFailed

      Examples:
        | booking    | error          | first        |
        | BookFlight | NoSeatLeft     | CancelFlight |
        | BookCar    | NoCarAvailable | CancelCar    |

    Scenario: A hotel that cannot be booked is cancelled all the same
      When BookHotel fails with NoRoomLeft
      Then the states BookHotel, CancelHotel, AlertAgents and TripFailed are entered in this order
      And BookFlight is never entered

    Scenario: A cancellation that fails for good does not keep the hotel from being cancelled
      When BookCar fails with NoCarAvailable
      And CancelFlight fails with an unexpected error every time
      Then CancelHotel takes effect once
      And the input of AlertAgents at $.cancelFlightFailure exists
      And the execution fails with TripFailed

    Scenario: A booking whose answer is lost is made again under the same key
      When BookHotel succeeds but its answer is lost once
      Then BookHotel is attempted twice
      And the request of BookHotel at $.Payload.idempotencyKey is "book-hotel-trip-31"
      And the request of BookHotel#1 at $.Payload.idempotencyKey is "book-hotel-trip-31"
      And the execution succeeds

    Scenario: Every booking is retried within a minute and a half
      When BookCar is throttled until its retries are spent
      Then BookCar is retried 5 times
      And BookCar gives up within 90 seconds

    Scenario: Under any single fault the trip is booked or cancelled
      When any single fault strikes
      Then the execution succeeds or fails with TripFailed
      And every failure is visible
      And there are no findings above low

    @slow
    Scenario: Two faults at once leave nothing booked without anybody knowing
      When any two faults strike
      Then the execution succeeds or fails with TripFailed
      And every failure is visible
