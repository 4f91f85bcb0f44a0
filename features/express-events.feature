@express
Feature: Events of the shop are counted as loyalty points
  An Express workflow behind an event bus, which delivers at least once. Both versions stand in a SAM template.

  Rule: The first version counts what it gets, as often as it gets it

    Background:
      Given the state machine "../scenarios/express-events/template.yaml#FlawedLoyaltyPoints"
      And the mocks "../scenarios/express-events/flawed.mocks.json#Member"
      And the input "../scenarios/express-events/flawed.input.json"

    Scenario: A purchase adds points
      When nothing goes wrong
      Then AddPoints takes effect once
      And TakePoints never takes effect
      And the execution takes at most 1 second

    Scenario: A second delivery counts the points twice
      When the event is delivered twice
      Then AddPoints takes effect twice
      And there is a finding of effect-repeated at AddPoints

    Scenario: A retry after a lost answer counts the points twice
      When AddPoints succeeds but its answer is lost
      Then AddPoints takes effect twice
      And there is a critical finding of effect-repeated at AddPoints

    Scenario: A stranger has no tier to read
      When the answer of LoadCustomer lacks "Item"
      Then the execution fails with States.Runtime
      And AddPoints never takes effect
      And there is a medium finding of missing-path at AddPoints

    Scenario: An event of another kind has no rule
      Given the input "../scenarios/express-events/flawed.inputs/review.json"
      When nothing goes wrong
      Then the execution fails with States.Runtime
      And the cause contains "Failed to transition out of the state"

  Rule: The repaired version keeps the event's id with the points

    Background:
      Given the state machine "../scenarios/express-events/template.yaml#RepairedLoyaltyPoints"
      And the input "../scenarios/express-events/repaired.input.json"

    Scenario: A second delivery counts nothing
      Given the mocks "../scenarios/express-events/repaired.mocks.json#Member"
      When the event is delivered twice
      Then there is no finding of effect-repeated
      And the execution succeeds

    Scenario: A stranger gets no points, and nothing fails
      Given the mocks "../scenarios/express-events/repaired.mocks.json#Stranger"
      When nothing goes wrong
      Then the execution ends in NoMember
      And AddPoints is never entered

    Scenario: An event that cannot be counted is kept for later
      Given the mocks "../scenarios/express-events/repaired.mocks.json#Member"
      And the input:
        """
        { "id": "e-9", "detail": { "kind": "review", "customerId": "customer-7", "points": 5 } }
        """
      When nothing goes wrong
      Then KeepForLater takes effect once
      And the request of KeepForLater contains:
        """
        { "MessageDeduplicationId": "e-9" }
        """
      And the execution fails with NotCounted

    Scenario: Points that are no number are kept for later
      Given the mocks "../scenarios/express-events/repaired.mocks.json#Member"
      And the input has "many" at $.detail.points
      When nothing goes wrong
      Then KeepForLater is entered
      And AddPoints is never entered

    Scenario: No single fault counts an event twice or loses it
      Given the mocks "../scenarios/express-events/repaired.mocks.json#Member"
      When any single fault strikes
      Then the execution succeeds or fails with NotCounted
      And there are no findings above low
