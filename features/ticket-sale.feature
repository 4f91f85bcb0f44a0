@payment @saga
Feature: Tickets are sold, or the money is paid back
  A box office holds seats, charges the card, issues the tickets and delivers them.

  Rule: The first version keeps the money, or takes it twice

    Background:
      Given the state machine "../scenarios/ticket-sale/flawed.asl.json"

    Scenario: Tickets that cannot be issued are paid for all the same
      When IssueTickets fails with SoldOut
      Then IssueTickets catches SoldOut and goes to ReleaseSeats
      And ChargeCard takes effect once
      And RefundPayment is never entered
      And there is a finding of compensation-incomplete at IssueTickets

    Scenario: A provider that answers too late has charged, and so has the second one
      When ChargeCard succeeds but its answer is lost
      Then ChargeCard takes effect once
      And ChargeSecondProvider takes effect once
      And the execution succeeds
      And there is a finding of effect-lost-on-timeout at ChargeCard

  Rule: The repaired version pays back whatever it may have taken

    Background:
      Given the state machine "../scenarios/ticket-sale/repaired.asl.json"

    Scenario: Tickets are sold
      When nothing goes wrong
      Then exactly the states HoldSeats, ChargeCard, IssueTickets, DeliverTickets and Sold are entered in this order
      And the output has:
        | $.payment.paymentId | "pay-3"        |
        | $.issued.tickets    | ["t-1", "t-2"] |

    Scenario Outline: A failure of <state> pays the money back and frees the seats
      When <state> fails with <error>
      Then RefundPayment is entered before ReleaseSeats
      And the work of ChargeCard is undone by RefundPayment
      And the input of AlertBoxOffice at $.failure.Error is "<error>"
      And the execution fails with NotSold

      Examples:
        | state          | error        |
        | IssueTickets   | SoldOut      |
        | DeliverTickets | NoSuchMember |

    Scenario: A card whose charge is not answered is charged under the same key, then refunded
      When ChargeCard succeeds but its answer is lost every time
      Then ChargeCard is attempted 3 times
      And the request of ChargeCard at $.Payload.idempotencyKey is "charge-card-sale-81"
      And RefundPayment takes effect once

    Scenario: Seats that nobody holds are not paid for
      When HoldSeats fails with SeatTaken
      Then ChargeCard is never entered
      And ReleaseSeats is entered
      And the execution fails with NotSold

    Scenario: Under any single fault nobody pays for tickets that do not exist
      When any single fault strikes
      Then the execution succeeds or fails with NotSold
      And there is no finding of compensation-incomplete
      And there is no finding of effect-lost-on-timeout
      And there are no findings above low
